"""`gatelodge test`: try expectations of who may call what."""

import sys
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge.expect import (
    ExpectationsError,
    RehearsalError,
    Status,
    Suite,
    junit,
    read_expectations,
    run,
)

Switch = Parameter(negative="")


def expect(
    *files: Path,
    junit_xml: Path | None = None,
    quiet: Annotated[bool, Switch] = False,
) -> int:
    """Try files of expectations; the status is 1 unless every one holds.

    Parameters
    ----------
    files
        Expectations, YAML or JSON: an API, account details, and who may or may not call what.
    junit_xml
        Write the results there as JUnit XML.
    quiet
        Print only what does not hold.

    """
    if not files:
        return _fail("name at least one file")
    suites = []
    for path in files:
        try:
            suites.append(_try(path))
        except (ExpectationsError, RehearsalError) as error:
            return _fail(str(error))
    for suite in suites:
        _show(suite, quiet=quiet)
    if junit_xml is not None:
        try:
            junit_xml.write_text(junit(suites), "utf-8")
        except OSError as error:
            return _fail(f"{junit_xml}: {error.strerror}")
    results = [result for suite in suites for result in suite.results]
    held = sum(result.status is Status.PASSED for result in results)
    print(f"{held} of {len(results)} expectations hold")
    return 0 if held == len(results) else 1


def _try(path: Path) -> Suite:
    began = time.perf_counter()
    expectations = read_expectations(path)
    if not expectations.expectations:
        raise ExpectationsError(f"{path}#/expectations: there are none")
    with expectations.rehearsal() as rehearsal:
        results = run(rehearsal, expectations.expectations)
    return Suite(str(path), results, time.perf_counter() - began)


def _show(suite: Suite, *, quiet: bool) -> None:
    for result in suite.results:
        if result.status is Status.PASSED and quiet:
            continue
        print(f"{result.status.value:6} {result.expectation.name}")
        if result.status is not Status.PASSED:
            print(f"       {suite.name}#{result.expectation.pointer}")
            print(f"       {result.reason}")


def _fail(message: str) -> int:
    for line in message.splitlines():
        print(f"error: {line}", file=sys.stderr)
    return 1
