"""One routed call."""

from tests.one_call import call, request


def test_a_call_holds_what_was_routed():
    asked = request()
    made = call(asked, variables={"v": "1"}, parameters={"proxy": "a/b"})
    assert made.request is asked
    assert made.segments == ["pets", "7"]
    assert made.parameters == {"proxy": "a/b"}
    assert made.stage.variables == {"v": "1"}
    assert made.resource.path == "/pets/{id}"
