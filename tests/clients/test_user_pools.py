"""cognito.md T2 and T3 with boto3, which we did not write, through the socket."""

import hashlib
import hmac
import json
import time
from base64 import b64encode, urlsafe_b64decode

import pytest
from tests.gateway import Gateway
from tests.pools import FLOWS, PASSWORD, Town, refused

NOT_AUTHORIZED = "NotAuthorizedException"
WRONG = (NOT_AUTHORIZED, "Incorrect username or password.")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("pools"))
    yield Town(gateway)
    assert gateway.stop() == 0


@pytest.fixture(scope="module")
def pool(town):
    return town.pool(AutoVerifiedAttributes=["email"])


@pytest.fixture(scope="module")
def client(town, pool):
    return town.client(pool)["ClientId"]


def claims(token):
    payload = token.split(".")[1]
    return json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def email(address):
    return [{"Name": "email", "Value": address}]


def test_sign_up_and_confirm(town, client):
    """T2 1 to 5"""
    sign_up = town.public.sign_up
    assert refused(sign_up, ClientId=client, Username="ann", Password="abc") == (
        "InvalidPasswordException",
        "Password did not conform with policy: Password not long enough",
    )
    done = sign_up(
        ClientId=client, Username="ann", Password=PASSWORD, UserAttributes=email("ann@example.com")
    )
    assert done["UserConfirmed"] is False
    assert done["CodeDeliveryDetails"] == {
        "AttributeName": "email",
        "DeliveryMedium": "EMAIL",
        "Destination": "a***@e***",
    }
    assert refused(sign_up, ClientId=client, Username="ann", Password=PASSWORD) == (
        "UsernameExistsException", "User already exists")  # fmt: skip
    with pytest.raises(town.public.exceptions.UserNotConfirmedException) as caught:
        town.sign_in(client, "ann")
    assert caught.value.response["Error"]["Message"] == "User is not confirmed."
    message = town.messages()[-1]
    assert message["to"] == "ann@example.com"
    assert message["code"] in message["text"]
    confirm = town.public.confirm_sign_up
    wrong = "000000" if message["code"] != "000000" else "111111"
    code, words = refused(confirm, ClientId=client, Username="ann", ConfirmationCode=wrong)
    assert (code, words) == (
        "CodeMismatchException",
        "Invalid verification code provided, please try again.",
    )
    confirm(ClientId=client, Username="ann", ConfirmationCode=message["code"])
    again = refused(confirm, ClientId=client, Username="ann", ConfirmationCode=message["code"])
    assert again == (NOT_AUTHORIZED, "User cannot be confirmed. Current status is CONFIRMED")
    assert town.tokens(client, "ann")["TokenType"] == "Bearer"


def test_a_code_is_guessed_five_times_at_most(town, client):
    town.public.sign_up(
        ClientId=client, Username="gus", Password=PASSWORD, UserAttributes=email("g@example.com")
    )
    code = town.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    confirm = {"ClientId": client, "Username": "gus"}
    for _ in range(5):
        assert refused(town.public.confirm_sign_up, **confirm, ConfirmationCode=wrong)[0] == (
            "CodeMismatchException"
        )
    assert refused(town.public.confirm_sign_up, **confirm, ConfirmationCode=code)[0] == (
        "LimitExceededException"
    )
    town.public.resend_confirmation_code(ClientId=client, Username="gus")
    town.public.confirm_sign_up(**confirm, ConfirmationCode=town.code())


def test_what_tokens_say(town, pool, client):
    town.user(pool, "tess", email="tess@example.com", email_verified="true", name="Tess")
    result = town.tokens(client, "tess")
    id_token, access = claims(result["IdToken"]), claims(result["AccessToken"])
    issuer = f"{town.gateway.endpoints['aws']}/{pool}"
    for token in (id_token, access):
        assert token["iss"] == issuer
        assert token["exp"] - token["iat"] == 3600
    assert id_token["aud"] == access["client_id"] == client
    assert (id_token["token_use"], access["token_use"]) == ("id", "access")
    assert id_token["cognito:username"] == access["username"] == "tess"
    assert id_token["email_verified"] is True
    assert id_token["name"] == "Tess"
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert id_token["origin_jti"] == access["origin_jti"]
    assert "aud" not in access
    head = [json.loads(urlsafe_b64decode(t.split(".")[0] + "==")) for t in
            (result["IdToken"], result["AccessToken"])]  # fmt: skip
    assert head[0]["kid"] != head[1]["kid"]
    _, _, keys = town.http(f"/{pool}/.well-known/jwks.json")
    assert {key["kid"] for key in keys["keys"]} == {h["kid"] for h in head}
    assert all(set(key) == {"alg", "e", "kid", "kty", "n", "use"} for key in keys["keys"])


def test_passwords(town, pool, client):
    """T2 6, 11"""
    town.user(pool, "paul")
    with pytest.raises(town.public.exceptions.NotAuthorizedException) as caught:
        town.sign_in(client, "paul", "Wr0ng!word")
    assert caught.value.response["Error"]["Message"] == WRONG[1]
    assert town.tokens(client, "paul")["ExpiresIn"] == 3600


@pytest.mark.parametrize("member", ["LEGACY", "ENABLED"])
def test_users_that_do_not_exist(town, pool, member):
    """T2 7"""
    client = town.client(pool, PreventUserExistenceErrors=member)["ClientId"]
    parameters = {"USERNAME": "nobody", "PASSWORD": PASSWORD}
    auth = {"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
    found = refused(town.public.initiate_auth, **auth)
    forgot = {"ClientId": client, "Username": "nobody"}
    confirm = {**forgot, "ConfirmationCode": "123456", "Password": PASSWORD}
    if member == "LEGACY":
        assert found == ("UserNotFoundException", "User does not exist.")
        assert refused(town.public.forgot_password, **forgot)[0] == "UserNotFoundException"
        return
    assert found == WRONG
    sent = len(town.messages())
    assert "CodeDeliveryDetails" in town.public.forgot_password(**forgot)
    assert len(town.messages()) == sent
    assert refused(town.public.confirm_forgot_password, **confirm)[0] == "CodeMismatchException"


def test_unknown_users_are_locked_out_as_known_ones_are(town, pool):
    """T2 17; nothing tells the two apart."""
    client = town.client(pool, PreventUserExistenceErrors="ENABLED")["ClientId"]
    town.user(pool, "lou")
    told = {}
    for name in ("lou", "nobody-at-all"):
        parameters = {"USERNAME": name, "PASSWORD": "Wr0ng!word"}
        told[name] = [
            refused(
                town.public.initiate_auth,
                ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters,
            )
            for _ in range(6)
        ]  # fmt: skip
    assert told["lou"] == told["nobody-at-all"]
    assert told["lou"][:5] == [WRONG] * 5
    assert told["lou"][5] == (NOT_AUTHORIZED, "Password attempts exceeded")
    deadline = time.time() + 10
    while True:
        try:
            assert town.tokens(client, "lou")
            break
        except town.public.exceptions.NotAuthorizedException:
            assert time.time() < deadline
            time.sleep(0.1)


def test_flows_must_be_enabled(town, pool):
    """T2 8"""
    client = town.client(pool, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"])["ClientId"]
    parameters = {"USERNAME": "paul", "PASSWORD": PASSWORD}
    auth = {"ClientId": client, "AuthParameters": parameters}
    assert refused(town.public.initiate_auth, AuthFlow="USER_PASSWORD_AUTH", **auth) == (
        "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client",
    )
    assert refused(town.public.initiate_auth, AuthFlow="ADMIN_NO_SRP_AUTH", **auth) == (
        "InvalidParameterException", "Initiate Auth method not supported.")  # fmt: skip


def test_secret_hash(town, pool):
    """T2 9, and the sheet's check value"""
    digest = hmac.digest(b"mysecret", b"alice1example23456789", hashlib.sha256)
    assert b64encode(digest).decode() == "vaj8HTBe5GbOXXYp/c3Y8ONQDrEIMNo6p+wW9dQfQmQ="
    town.user(pool, "hash")
    client = town.client(pool, GenerateSecret=True)
    client_id = client["ClientId"]
    auth = {"ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH"}
    parameters = {"USERNAME": "hash", "PASSWORD": PASSWORD}
    assert refused(town.public.initiate_auth, **auth, AuthParameters=parameters) == (
        NOT_AUTHORIZED,
        f"Client {client_id} is configured with secret but SECRET_HASH was not received",
    )
    assert refused(
        town.public.initiate_auth, **auth, AuthParameters={**parameters, "SECRET_HASH": "x"}
    ) == (NOT_AUTHORIZED, f"Unable to verify secret hash for client {client_id}")
    message = f"hash{client_id}".encode()
    proof = b64encode(hmac.digest(client["ClientSecret"].encode(), message, "sha256")).decode()
    assert town.sign_in(client_id, "hash", SECRET_HASH=proof)["AuthenticationResult"]


def test_new_password_required(town, pool, client):
    """T2 10, 22"""
    town.idp.admin_create_user(
        UserPoolId=pool, Username="nina", TemporaryPassword="Temp0rary!",
        UserAttributes=email("nina@example.com"), DesiredDeliveryMediums=["EMAIL"],
    )  # fmt: skip
    assert town.code() == "Temp0rary!"
    challenge = town.sign_in(client, "nina", "Temp0rary!")
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    given = challenge["ChallengeParameters"]
    assert given["USER_ID_FOR_SRP"] == "nina"
    assert json.loads(given["userAttributes"])["email"] == "nina@example.com"
    answer = {
        "ClientId": client,
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "Session": challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": "nina", "NEW_PASSWORD": PASSWORD, "userAttributes.name": "Nina"},
    }  # fmt: skip
    weak = {**answer, "ChallengeResponses": {"USERNAME": "nina", "NEW_PASSWORD": "short"}}
    assert refused(town.public.respond_to_auth_challenge, **weak)[0] == "InvalidPasswordException"
    result = town.public.respond_to_auth_challenge(**answer)["AuthenticationResult"]
    assert claims(result["IdToken"])["name"] == "Nina"
    shown = town.idp.admin_get_user(UserPoolId=pool, Username="nina")
    assert shown["UserStatus"] == "CONFIRMED"
    assert refused(town.public.respond_to_auth_challenge, **answer) == (
        NOT_AUTHORIZED, "Invalid session for the user.")  # fmt: skip
    assert town.tokens(client, "nina")


def refresh(town, client, token):
    return town.public.initiate_auth(
        ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters={"REFRESH_TOKEN": token}
    )["AuthenticationResult"]


def test_refresh_and_revoke(town, pool, client):
    """T2 12, 13"""
    town.user(pool, "rita")
    first = town.tokens(client, "rita")
    second = refresh(town, client, first["RefreshToken"])
    assert "RefreshToken" not in second
    old, new = claims(first["AccessToken"]), claims(second["AccessToken"])
    assert old["origin_jti"] == new["origin_jti"]
    assert old["auth_time"] == new["auth_time"]
    other = town.client(pool)["ClientId"]
    with pytest.raises(town.public.exceptions.NotAuthorizedException):
        refresh(town, other, first["RefreshToken"])
    assert refused(town.public.revoke_token, ClientId=client, Token=first["AccessToken"])[0] == (
        "UnsupportedTokenTypeException"
    )
    for _ in range(2):
        town.public.revoke_token(ClientId=client, Token=first["RefreshToken"])
    with pytest.raises(town.public.exceptions.NotAuthorizedException) as caught:
        refresh(town, client, first["RefreshToken"])
    assert caught.value.response["Error"]["Message"] == "Refresh Token has been revoked"
    assert refused(town.public.get_user, AccessToken=second["AccessToken"]) == (
        NOT_AUTHORIZED, "Access Token has been revoked")  # fmt: skip


def test_rotation(town, pool):
    flows = [flow for flow in FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH"]
    client = town.client(
        pool,
        ExplicitAuthFlows=flows,
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    )["ClientId"]
    town.user(pool, "rosa")
    first = town.tokens(client, "rosa")["RefreshToken"]
    exchange = town.public.get_tokens_from_refresh_token
    second = exchange(ClientId=client, RefreshToken=first)["AuthenticationResult"]
    assert second["RefreshToken"] != first
    assert refused(exchange, ClientId=client, RefreshToken=first)[0] == NOT_AUTHORIZED
    assert exchange(ClientId=client, RefreshToken=second["RefreshToken"])["AuthenticationResult"]


def test_sign_out_everywhere(town, pool, client):
    """T2 14"""
    town.user(pool, "olga")
    result = town.tokens(client, "olga")
    assert town.public.get_user(AccessToken=result["AccessToken"])["Username"] == "olga"
    town.public.global_sign_out(AccessToken=result["AccessToken"])
    assert refused(town.public.get_user, AccessToken=result["AccessToken"]) == (
        NOT_AUTHORIZED, "Access Token has been revoked")  # fmt: skip
    with pytest.raises(town.public.exceptions.NotAuthorizedException):
        refresh(town, client, result["RefreshToken"])
    again = town.tokens(client, "olga")
    assert town.public.get_user(AccessToken=again["AccessToken"])["Username"] == "olga"


def test_access_tokens_that_are_none(town, client, pool):
    town.user(pool, "ida")
    result = town.tokens(client, "ida")
    for token in (result["IdToken"], "x", "a.b.c", result["AccessToken"][:-2]):
        assert refused(town.public.get_user, AccessToken=token) == (
            NOT_AUTHORIZED, "Invalid Access Token")  # fmt: skip


def test_disabled_users(town, pool, client):
    """T2 16"""
    town.user(pool, "dora")
    town.idp.admin_disable_user(UserPoolId=pool, Username="dora")
    with pytest.raises(town.public.exceptions.NotAuthorizedException) as caught:
        town.sign_in(client, "dora")
    assert caught.value.response["Error"]["Message"] == "User is disabled."
    town.idp.admin_enable_user(UserPoolId=pool, Username="dora")
    assert town.tokens(client, "dora")


def test_groups_and_roles(town, pool, client):
    """T2 23"""
    town.user(pool, "gina")
    roles = [f"arn:aws:iam::111111111111:role/r{n}" for n in (1, 2)]
    for number, (name, role) in enumerate(zip(("admin", "dev"), roles, strict=True), 1):
        town.idp.create_group(UserPoolId=pool, GroupName=name, Precedence=number, RoleArn=role)
        town.idp.admin_add_user_to_group(UserPoolId=pool, Username="gina", GroupName=name)
    result = town.tokens(client, "gina")
    id_token = claims(result["IdToken"])
    assert id_token["cognito:groups"] == ["admin", "dev"]
    assert set(id_token["cognito:roles"]) == set(roles)
    assert id_token["cognito:preferred_role"] == roles[0]
    assert claims(result["AccessToken"])["cognito:groups"] == ["admin", "dev"]
    listed = town.idp.admin_list_groups_for_user(UserPoolId=pool, Username="gina")["Groups"]
    assert [group["GroupName"] for group in listed] == ["admin", "dev"]
    users = town.idp.list_users_in_group(UserPoolId=pool, GroupName="dev")["Users"]
    assert [user["Username"] for user in users] == ["gina"]
    assert refused(town.idp.create_group, UserPoolId=pool, GroupName="dev")[0] == (
        "GroupExistsException"
    )
    town.idp.delete_group(UserPoolId=pool, GroupName="dev")
    assert claims(town.tokens(client, "gina")["IdToken"])["cognito:groups"] == ["admin"]


def test_unknown_client(town):
    """T2 24"""
    auth = {"ClientId": "nobody123", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {}}
    assert refused(town.public.initiate_auth, **auth) == (
        "ResourceNotFoundException", "User pool client nobody123 does not exist.")  # fmt: skip


def test_forgotten_password(town, pool, client):
    town.user(pool, "fay", email="fay@example.com", email_verified="true")
    details = town.public.forgot_password(ClientId=client, Username="fay")["CodeDeliveryDetails"]
    assert details["Destination"] == "f***@e***"
    confirm = {"ClientId": client, "Username": "fay", "Password": "An0ther!word"}
    code = town.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert refused(
        town.public.confirm_forgot_password, **confirm, ConfirmationCode=wrong
    )[0] == "CodeMismatchException"  # fmt: skip
    town.public.confirm_forgot_password(**confirm, ConfirmationCode=code)
    assert town.tokens(client, "fay", "An0ther!word")
    assert refused(town.public.confirm_forgot_password, **confirm, ConfirmationCode=code)[0] == (
        "ExpiredCodeException"
    )


def test_changing_what_is_ones_own(town, pool, client):
    town.user(pool, "carl", email="carl@example.com", email_verified="true")
    token = town.tokens(client, "carl")["AccessToken"]
    change = {"AccessToken": token, "ProposedPassword": "An0ther!word"}
    assert refused(town.public.change_password, **change, PreviousPassword="Wr0ng!word") == WRONG
    town.public.change_password(**change, PreviousPassword=PASSWORD)
    assert town.tokens(client, "carl", "An0ther!word")
    sent = town.public.update_user_attributes(
        AccessToken=token,
        UserAttributes=[*email("new@example.com"), {"Name": "name", "Value": "C"}],
    )["CodeDeliveryDetailsList"]  # fmt: skip
    assert sent[0]["Destination"] == "n***@e***"
    shown = town.public.get_user(AccessToken=token)["UserAttributes"]
    assert {a["Name"]: a["Value"] for a in shown}["email_verified"] == "false"
    town.public.verify_user_attribute(AccessToken=token, AttributeName="email", Code=town.code())
    shown = town.public.get_user(AccessToken=token)["UserAttributes"]
    assert {a["Name"]: a["Value"] for a in shown}["email_verified"] == "true"
    assert refused(
        town.public.update_user_attributes, AccessToken=token,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )[0] == NOT_AUTHORIZED  # fmt: skip
    town.public.delete_user_attributes(AccessToken=token, UserAttributeNames=["name"])
    town.public.delete_user(AccessToken=token)
    assert refused(town.idp.admin_get_user, UserPoolId=pool, Username="carl")[0] == (
        "UserNotFoundException"
    )


def test_email_as_username(town):
    pool = town.pool(
        UsernameAttributes=["email"], AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )  # fmt: skip
    client = town.client(pool)["ClientId"]
    sign_up = {"ClientId": client, "Password": PASSWORD}
    assert refused(town.public.sign_up, **sign_up, Username="eve") == (
        "InvalidParameterException", "Username should be an email.")  # fmt: skip
    sub = town.public.sign_up(**sign_up, Username="Eve@example.com")["UserSub"]
    town.public.confirm_sign_up(
        ClientId=client, Username="eve@EXAMPLE.com", ConfirmationCode=town.code()
    )
    assert claims(town.tokens(client, "eve@example.com")["IdToken"])["cognito:username"] == sub
    assert refused(town.public.sign_up, **sign_up, Username="EVE@example.com") == (
        "UsernameExistsException", "An account with the given email already exists.")  # fmt: skip


def test_list_users(town):
    pool = town.pool(UsernameConfiguration={"CaseSensitive": False})
    for number in range(7):
        town.user(pool, f"user{number}", email=f"User{number}@example.com")
    page = town.idp.get_paginator("list_users").paginate(
        UserPoolId=pool, PaginationConfig={"PageSize": 3}
    )
    names = [user["Username"] for part in page for user in part["Users"]]
    assert names == [f"user{number}" for number in range(7)]
    town.idp.admin_disable_user(UserPoolId=pool, Username="user6")

    def found(filter_, **members):
        answer = town.idp.list_users(UserPoolId=pool, Filter=filter_, **members)
        return [user["Username"] for user in answer["Users"]]

    assert found('email = "user3@EXAMPLE.com"') == ["user3"]
    assert found('"email" ^= "user"', Limit=2) == ["user0", "user1"]
    assert found('username ^= "user4"') == ["user4"]
    assert found('username = "USER5"') == ["user5"]
    assert found('status = "Disabled"') == ["user6"]
    assert found('cognito:user_status = "CONFIRMED"', Limit=1) == ["user0"]
    assert found('name = "x"') == []
    for bad in ("email", "email = x", 'email = "', 'address = "x"', 'email ~ "x"'):
        assert refused(town.idp.list_users, UserPoolId=pool, Filter=bad)[0] == (
            "InvalidParameterException"
        )
    assert refused(town.idp.list_users, UserPoolId=pool, PaginationToken="x")[0] == (
        "InvalidParameterException"
    )


def basic(client):
    text = f"{client['ClientId']}:{client['ClientSecret']}"
    return [("Authorization", f"Basic {b64encode(text.encode()).decode()}")]


@pytest.fixture(scope="module")
def machine(town, pool):
    town.idp.create_resource_server(
        UserPoolId=pool, Identifier="srv", Name="srv",
        Scopes=[{"ScopeName": n, "ScopeDescription": n} for n in ("read", "write", "admin")],
    )  # fmt: skip
    return town.client(
        pool, GenerateSecret=True, AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["srv/read", "srv/write"], AllowedOAuthFlowsUserPoolClient=True,
    )  # fmt: skip


def test_client_credentials(town, machine):
    """T3 4"""
    grant = {"grant_type": "client_credentials"}
    status, headers, body = town.http("/oauth2/token", fields=grant, headers=basic(machine))
    assert status == 200
    assert set(body) == {"access_token", "expires_in", "token_type"}
    assert headers["Cache-Control"] == "no-store"
    token = claims(body["access_token"])
    assert token["sub"] == token["client_id"] == machine["ClientId"]
    assert token["scope"] == "srv/read srv/write"
    assert "username" not in token
    asked = {**grant, "scope": "srv/read", "client_id": machine["ClientId"],
             "client_secret": machine["ClientSecret"]}  # fmt: skip
    _, _, body = town.http("/oauth2/token", fields=asked)
    assert claims(body["access_token"])["scope"] == "srv/read"
    # T2 15
    assert refused(town.public.get_user, AccessToken=body["access_token"])[0] == NOT_AUTHORIZED


def test_grants_that_are_refused(town, pool, client, machine):
    """T3 5, and RFC 6749 section 5.2"""
    grant = {"grant_type": "client_credentials"}

    def error(fields, headers=()):
        status, _, body = town.http("/oauth2/token", fields=fields, headers=headers)
        return status, body["error"]

    assert error({**grant, "client_id": client}) == (400, "unauthorized_client")
    assert error({**grant, "client_id": "nobody"}) == (400, "invalid_client")
    assert error(grant) == (400, "invalid_request")
    assert error({}, basic(machine)) == (400, "invalid_request")
    wrong = {**machine, "ClientSecret": "x" * 51}
    assert error(grant, basic(wrong)) == (400, "invalid_client")
    assert error({**grant, "client_id": machine["ClientId"]}) == (400, "invalid_client")
    assert error({**grant, "scope": "srv/admin"}, basic(machine)) == (400, "invalid_scope")
    assert error({**grant, "scope": "openid"}, basic(machine)) == (400, "invalid_scope")
    assert error({"grant_type": "password"}, basic(machine)) == (400, "unsupported_grant_type")
    code = {"grant_type": "authorization_code", "code": "x"}
    assert error(code, basic(machine)) == (400, "invalid_grant")
    assert error(grant, [("Authorization", "Basic !")]) == (400, "invalid_client")
    assert error(grant, [("Content-Type", "application/json")])[1] == "invalid_request"
    status, _, _ = town.http("/oauth2/token")
    assert status == 405


def test_refresh_grant_and_revocation(town, pool, client):
    """T3 6, 10"""
    town.user(pool, "oscar")
    token = town.tokens(client, "oscar")["RefreshToken"]
    fields = {"grant_type": "refresh_token", "client_id": client, "refresh_token": token}
    status, _, body = town.http("/oauth2/token", fields=fields)
    assert status == 200
    assert set(body) == {"access_token", "id_token", "expires_in", "token_type"}
    revoke = {"client_id": client, "token": body["access_token"]}
    status, _, answer = town.http("/oauth2/revoke", fields=revoke)
    assert (status, answer) == (400, {"error": "unsupported_token_type"})
    status, _, answer = town.http("/oauth2/revoke", fields={**revoke, "token": token})
    assert (status, answer) == (200, None)
    _, _, body = town.http("/oauth2/token", fields=fields)
    assert body == {"error": "invalid_grant"}


def test_user_info(town, pool, client):
    """T3 11"""
    status, headers, _ = town.http("/oauth2/userInfo")
    assert status == 400
    assert 'error="invalid_request"' in headers["WWW-Authenticate"]
    town.user(pool, "uma")
    token = town.tokens(client, "uma")["AccessToken"]
    bearer = [("Authorization", f"Bearer {token}")]
    status, headers, _ = town.http("/oauth2/userInfo", headers=bearer)
    assert status == 401
    assert 'error="invalid_token"' in headers["WWW-Authenticate"]


def test_discovery(town, pool):
    status, headers, body = town.http(f"/{pool}/.well-known/openid-configuration")
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"
    url = town.gateway.endpoints["aws"]
    assert body["issuer"] == f"{url}/{pool}"
    assert body["jwks_uri"] == f"{url}/{pool}/.well-known/jwks.json"
    assert body["token_endpoint"] == f"{url}/oauth2/token"
    assert town.http("/us-east-1_Nobody123/.well-known/jwks.json")[0] == 404


def test_browsers_may_call(town):
    asked = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"),
             ("Access-Control-Request-Headers", "content-type,x-amz-target")]  # fmt: skip
    status, headers, _ = town.http("/", "OPTIONS", headers=asked)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert headers["Access-Control-Allow-Headers"] == "content-type,x-amz-target"
    target = [("X-Amz-Target", "AWSCognitoIdentityProviderService.GetUser"),
              ("Content-Type", "application/x-amz-json-1.1")]  # fmt: skip
    status, headers, body = town.http("/", "POST", headers=target)
    assert status == 400
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert body["__type"] == "InvalidParameterException"


def test_pools_and_clients_are_described_and_deleted(town):
    pool = town.pool(PoolName="first", UserPoolTags={"a": "b"})
    arn = town.idp.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"]
    assert town.idp.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}
    town.idp.tag_resource(ResourceArn=arn, Tags={"c": "d"})
    town.idp.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert town.idp.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"c": "d"}
    town.idp.update_user_pool(UserPoolId=pool, DeletionProtection="ACTIVE")
    assert refused(town.idp.delete_user_pool, UserPoolId=pool)[0] == "InvalidParameterException"
    town.idp.update_user_pool(UserPoolId=pool, PoolName="second")
    listed = town.idp.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 1})
    assert "second" in [p["Name"] for part in listed for p in part["UserPools"]]
    client = town.client(pool, GenerateSecret=True)
    shown = town.idp.describe_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"])
    assert shown["UserPoolClient"]["ClientSecret"] == client["ClientSecret"]
    changed = town.idp.update_user_pool_client(
        UserPoolId=pool, ClientId=client["ClientId"], AccessTokenValidity=10,
        TokenValidityUnits={"AccessToken": "minutes"},
    )["UserPoolClient"]  # fmt: skip
    assert changed["ClientSecret"] == client["ClientSecret"]
    assert "ExplicitAuthFlows" not in changed
    town.idp.create_user_pool_domain(UserPoolId=pool, Domain="people-1")
    assert refused(town.idp.delete_user_pool, UserPoolId=pool)[0] == "InvalidParameterException"
    town.idp.delete_user_pool_domain(UserPoolId=pool, Domain="people-1")
    town.idp.delete_user_pool_client(UserPoolId=pool, ClientId=client["ClientId"])
    assert town.idp.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"] == []
    town.idp.delete_user_pool(UserPoolId=pool)
    assert refused(town.idp.describe_user_pool, UserPoolId=pool) == (
        "ResourceNotFoundException", f"User pool {pool} does not exist.")  # fmt: skip


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"MfaConfiguration": "ON"}, "MfaConfiguration is not supported"),
        ({"LambdaConfig": {"PreSignUp": "arn:aws:lambda:us-east-1:111111111111:function:f"}},
         "LambdaConfig is not supported"),
        ({"UsernameAttributes": ["email"], "AliasAttributes": ["email"]}, "Only one of"),
        ({"Policies": {"PasswordPolicy": {"PasswordHistorySize": 3}}}, "PasswordHistorySize"),
    ],
)  # fmt: skip
def test_what_pools_cannot_do_is_refused(town, members, words):
    code, message = refused(town.idp.create_user_pool, PoolName="p", **members)
    assert code == "InvalidParameterException"
    assert words in message


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"AllowedOAuthFlows": ["client_credentials"]}, "InvalidOAuthFlowException"),
        ({"AllowedOAuthScopes": ["srv/nothing"]}, "ScopeDoesNotExistException"),
        ({"AccessTokenValidity": 2, "TokenValidityUnits": {"AccessToken": "days"}},
         "InvalidParameterException"),
        ({"CallbackURLs": ["http://evil.example"]}, "InvalidParameterException"),
        ({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ADMIN_NO_SRP_AUTH"]},
         "InvalidParameterException"),
        ({"ReadAttributes": ["custom:nothing"]}, "InvalidParameterException"),
    ],
)  # fmt: skip
def test_what_clients_cannot_be_is_refused(town, pool, members, code):
    made = {"UserPoolId": pool, "ClientName": "c", **members}
    assert refused(town.idp.create_user_pool_client, **made)[0] == code


def test_administration_needs_a_signature_and_permission(town, pool):
    assert refused(town.public.list_users, UserPoolId=pool)[0] in {
        "MissingAuthenticationTokenException", "MissingAuthenticationToken"}  # fmt: skip


def test_rotated_keys(town, pool, client):
    """Tokens of before and after are good, and so is what checks them."""
    town.user(pool, "kim")
    old = town.tokens(client, "kim")["AccessToken"]
    done = town.gateway.cli("pools", "rotate-keys", pool)
    assert done.returncode == 0, done.stderr
    new = town.tokens(client, "kim")["AccessToken"]
    assert old.split(".")[0] != new.split(".")[0]
    for token in (old, new):
        assert town.public.get_user(AccessToken=token)["Username"] == "kim"
    _, _, keys = town.http(f"/{pool}/.well-known/jwks.json")
    assert len(keys["keys"]) == 4
    assert pool in town.gateway.cli("pools", "ls").stdout
    assert town.gateway.cli("pools", "rotate-keys", "us-east-1_Nobody").returncode == 1
