"""Password policies, in AWS's words."""

import pytest
from tests.userpools.tools import make_pool, tools

from gatelodge.userpools import Refused, passwords


@pytest.fixture(scope="module")
def pools(tmp_path_factory):
    return tools(tmp_path_factory.mktemp("pools") / "state")[0]


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Passw0rd!", None),
        ("Pass 0rd", None),
        ("P4ssword~", None),
        ("abc", "Password not long enough"),
        ("passw0rd!", "Password must have uppercase characters"),
        ("PASSW0RD!", "Password must have lowercase characters"),
        ("Password!", "Password must have numeric characters"),
        ("Passw0rd1", "Password must have symbol characters"),
        (" Passw0rd", "Password must not begin or end with a space"),
        ("Aa1!" * 65, "Password too long"),
    ],
)
def test_the_default_policy(pools, password, broken):
    pool = make_pool(pools, f"us-east-1_{abs(hash(password))}", keys=False)
    if broken is None:
        passwords.check_policy(pool, password)
        return
    with pytest.raises(Refused) as caught:
        passwords.check_policy(pool, password)
    assert caught.value.code == "InvalidPasswordException"
    assert caught.value.message == f"Password did not conform with policy: {broken}"


def test_a_policy_of_the_pools_own(pools):
    lax = {"MinimumLength": 6, "RequireUppercase": False, "RequireLowercase": False,
           "RequireNumbers": False, "RequireSymbols": False}  # fmt: skip
    pool = make_pool(pools, "us-east-1_Lax", keys=False, Policies={"PasswordPolicy": lax})
    passwords.check_policy(pool, "abcdef")
    with pytest.raises(Refused):
        passwords.check_policy(pool, "abcde")


def test_temporary_passwords_fit(pools):
    pool = make_pool(pools, "us-east-1_Temporary", keys=False)
    drawn = {passwords.temporary() for _ in range(50)}
    assert len(drawn) == 50
    for password in drawn:
        passwords.check_policy(pool, password)
