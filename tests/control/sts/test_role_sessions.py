"""How role sessions are named, and for how long they may be."""

import pytest

from gatelodge.control.fault import Fault
from gatelodge.control.sts.credentials import refuse_mfa
from gatelodge.control.sts.role_sessions import assumed_role_user, check_duration
from gatelodge.store import Document


def role(path="/", **members):
    body = {
        "RoleName": "dev",
        "RoleId": "AROADEV",
        "Arn": f"arn:aws:iam::1:role{path}dev",
        **members,
    }
    return Document(account="1", kind="iam/role", id="dev", body=body)


@pytest.mark.parametrize("path", ["/", "/app/team/"])
def test_a_session_is_named_without_the_roles_path(path):
    assert assumed_role_user(role(path), "alice") == {
        "AssumedRoleId": "AROADEV:alice",
        "Arn": "arn:aws:sts::1:assumed-role/dev/alice",
    }


def test_partitions():
    china = role(Arn="arn:aws-cn:iam::1:role/dev")
    assert assumed_role_user(china, "a")["Arn"].startswith("arn:aws-cn:sts::")


@pytest.mark.parametrize(
    ("most", "seconds", "chained", "told"),
    [
        (None, 3600, False, None),
        (None, 3601, False, "exceeds the MaxSessionDuration"),
        (7200, 7200, False, None),
        (7200, 7201, False, "exceeds the MaxSessionDuration"),
        (7200, 3600, True, None),
        (7200, 3601, True, "1 hour session limit"),
    ],
)
def test_durations(most, seconds, chained, told):
    found = role() if most is None else role(MaxSessionDuration=most)
    if told is None:
        check_duration(found, seconds, chained=chained)
        return
    with pytest.raises(Fault, match=told):
        check_duration(found, seconds, chained=chained)


def test_there_are_no_second_factors():
    refuse_mfa(None, None)
    for serial, code in (("d", "1"), ("d", None), (None, "1")):
        with pytest.raises(Fault) as refused:
            refuse_mfa(serial, code)
        assert (refused.value.code, refused.value.status) == ("AccessDenied", 403)
