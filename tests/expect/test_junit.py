"""JUnit XML."""

from xml.etree import ElementTree as ET

from gatelodge.expect import Circumstances, Result, Status, Suite, junit
from gatelodge.expect.document import Expectation


def result(status, who="alice", reason="because"):
    return Result(
        Expectation(who, False, "GET /a", Circumstances(), "/e/0/may not"), status, reason
    )


def test_suites_and_cases():
    suite = Suite("a<b.yaml", [result(s) for s in Status], 1.5)
    root = ET.fromstring(junit([suite, Suite("empty", [], 0)]))
    first, second = root
    counts = {"tests": "3", "failures": "1", "errors": "1", "time": "1.500"}
    assert first.attrib == {"name": "a<b.yaml", **counts}
    assert [case.attrib for case in first] == [{"classname": "alice", "name": "may not GET /a"}] * 3
    assert [[child.tag for child in case] for case in first] == [[], ["failure"], ["error"]]
    assert first[1][0].attrib == {"message": "because"}
    assert first[1][0].text == "/e/0/may not\nbecause"
    assert (second.attrib["tests"], len(second)) == ("0", 0)


def test_text_that_xml_cannot_hold_is_replaced():
    text = 'a\x00\x1b<&"\ufffe'
    root = ET.fromstring(junit([Suite("s", [result(Status.FAILED, reason=text)], 0)]))
    assert root[0][0][0].attrib["message"] == 'a\ufffd\ufffd<&"\ufffd'


def test_a_caller_that_is_an_object_has_a_name():
    root = ET.fromstring(junit([Suite("s", [result(Status.PASSED, who={"role": "r"})], 0)]))
    assert root[0][0].attrib == {"classname": "role r", "name": "may not GET /a"}
