"""OAuth 2 without pages: what scopes show, and what is revoked (cognito.md part C)."""

import pytest
from tests.userpools.tools import NOW, PASSWORD, make_client, make_pool, tools

from gatelodge.userpools import Refused, administration, oauth, sign_in, tokens


@pytest.fixture
def place(tmp_path):
    pools, _ = tools(tmp_path / "state")
    pool = make_pool(pools)
    administration.create_user(pools, pool, "ann", {}, None, NOW, action="SUPPRESS")
    administration.set_password(pools, pool, "ann", PASSWORD, NOW, permanent=True)
    return pools, pool


def enter(pools, pool, client):
    parameters = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    result = sign_in.initiate(pools, pool, client, "USER_PASSWORD_AUTH", parameters, NOW)
    return result["AuthenticationResult"]


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        ("openid", {"email", "phone_number", "name"}),
        ("openid profile", {"email", "phone_number", "name"}),
        ("openid email", {"email"}),
        ("openid phone", {"phone_number"}),
        ("openid email phone", {"email", "phone_number"}),
        ("openid email profile", {"email", "phone_number", "name"}),
        ("aws.cognito.signin.user.admin", set()),
        ("srv/read", set()),
    ],
)
def test_what_scopes_show(scopes, shown):
    names = ("email", "phone_number", "name")
    assert {name for name in names if oauth.scope_shows(set(scopes.split()), name)} == shown


def test_what_is_revoked_is_one_sign_in(place):
    pools, pool = place
    client = make_client(pools, pool)
    first, second = enter(*place, client), enter(*place, client)
    oauth.revoke_token(pools, client, first["RefreshToken"])
    oauth.revoke_token(pools, client, first["RefreshToken"])
    oauth.revoke_token(pools, client, "nobody's")
    with pytest.raises(Refused, match="Access Token has been revoked"):
        tokens.read_access(pools, first["AccessToken"], NOW)
    with pytest.raises(Refused, match="Refresh Token has been revoked"):
        sign_in.refresh(pools, pool, client, first["RefreshToken"], NOW)
    assert tokens.read_access(pools, second["AccessToken"], NOW).user.username == "ann"


def test_another_client_revokes_nothing(place):
    pools, pool = place
    client, other = make_client(pools, pool), make_client(pools, pool, "other")
    given = enter(*place, client)
    oauth.revoke_token(pools, other, given["RefreshToken"])
    assert sign_in.refresh(pools, pool, client, given["RefreshToken"], NOW)
    with pytest.raises(Refused, match="Invalid Refresh Token"):
        sign_in.refresh(pools, pool, other, given["RefreshToken"], NOW)


def test_what_cannot_be_revoked(place):
    pools, pool = place
    client = make_client(pools, pool)
    for client_, token, code in (
        (client, enter(*place, client)["AccessToken"], "unsupported_token_type"),
        (make_client(pools, pool, "off", EnableTokenRevocation=False), "x",
         "unsupported_operation"),
    ):  # fmt: skip
        with pytest.raises(oauth.OAuthError) as caught:
            oauth.revoke_token(pools, client_, token)
        assert caught.value.code == code
