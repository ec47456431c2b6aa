"""Results as JUnit XML, the form that continuous integration reads."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from gatelodge.expect.document import caller_words
from gatelodge.expect.run import Result, Status

# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Suite:
    """The results of one file."""

    name: str
    results: Sequence[Result]
    seconds: float

    @property
    def counts(self) -> str:
        """The attributes that say how it went."""
        failed = sum(result.status is Status.FAILED for result in self.results)
        errors = sum(result.status is Status.ERROR for result in self.results)
        return (
            f'tests="{len(self.results)}" failures="{failed}" errors="{errors}" '
            f'time="{self.seconds:.3f}"'
        )


def junit(suites: Sequence[Suite]) -> str:
    """Write the results; the cases of a file are grouped by caller."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<testsuites>"]
    for suite in suites:
        lines.append(f"  <testsuite name={_attribute(suite.name)} {suite.counts}>")
        lines += (line for result in suite.results for line in _case(result))
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _case(result: Result) -> list[str]:
    expectation = result.expectation
    who = caller_words(expectation.who)
    name = expectation.name.removeprefix(f"{who} ")
    opening = f"    <testcase classname={_attribute(who)} name={_attribute(name)}"
    if result.status is Status.PASSED:
        return [f"{opening}/>"]
    element = "failure" if result.status is Status.FAILED else "error"
    message = _attribute(result.reason)
    text = escape(_clean(f"{expectation.pointer}\n{result.reason}"))
    return [
        f"{opening}>",
        f"      <{element} message={message}>{text}</{element}>",
        "    </testcase>",
    ]


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
