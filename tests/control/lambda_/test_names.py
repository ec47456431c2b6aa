"""How callers name functions (control-plane.md section 7.1)."""

import pytest
from tests.control.apigateway.calls import ACCOUNT, REGION

from gatelodge.control.fault import Fault
from gatelodge.control.lambda_.names import read_name

ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"


@pytest.mark.parametrize(
    ("text", "qualifier", "meant"),
    [
        ("f", None, None),
        ("f", "1", "1"),
        ("f:1", None, "1"),
        ("f:1", "1", "1"),
        ("f:$LATEST", None, "$LATEST"),
        ("function:f", None, None),
        (f"{ACCOUNT}:f:LIVE", None, "LIVE"),
        (f"{ACCOUNT}:function:f", "LIVE", "LIVE"),
        (ARN, None, None),
        (f"{ARN}:LIVE", None, "LIVE"),
    ],
)
def test_names(desk, text, qualifier, meant):
    named = read_name(desk.call(), text, qualifier)
    assert (named.name, named.arn, named.qualifier) == ("f", ARN, meant)
    assert named.qualified_arn == (f"{ARN}:{meant}" if meant else ARN)


@pytest.mark.parametrize(
    ("text", "qualifier", "status", "told"),
    [
        ("", None, 400, "is not a name"),
        ("f\n", None, 400, "is not a name"),
        ("a/b", None, 400, "is not a name"),
        ("f:1:2", None, 400, "is not a name"),
        ("arn:aws:lambda::function:f", None, 400, "is not a name"),
        ("x" * 65, None, 400, "longer than 64"),
        ("f:1", "2", 400, "The derived qualifier"),
        (ARN.replace(REGION, "eu-west-1"), None, 404, "are not reachable in this region"),
        (ARN.replace(ACCOUNT, "222222222222"), None, 404, ":222222222222:function:f"),
        ("222222222222:f", None, 404, ":222222222222:function:f"),
    ],
)
def test_what_names_nothing(desk, text, qualifier, status, told):
    with pytest.raises(Fault) as caught:
        read_name(desk.call(), text, qualifier)
    assert caught.value.status == status
    assert told in caught.value.message
