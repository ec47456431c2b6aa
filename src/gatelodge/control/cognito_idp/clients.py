"""App clients (reference cognito.md section B2)."""

import dataclasses
import secrets
import string
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.cognito_idp.operation import client_of, now, operation, pool_of
from gatelodge.control.operations import Output
from gatelodge.store import Document
from gatelodge.userpools.listing import read_token, write_token
from gatelodge.userpools.pool import CLIENT_KIND, SEALED, SERVER_KIND, Client, Pool
from gatelodge.userpools.refusal import Refused, invalid, not_supported

_LETTERS = string.ascii_lowercase + string.digits
_STANDARD_SCOPES = {"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"}
_LEGACY = {"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"}
_UNSUPPORTED_FLOWS = {"ALLOW_USER_AUTH"}
_HOUR, _DAY = 3_600, 86_400
_BOUNDS = {
    "AccessToken": (300, _DAY),
    "IdToken": (300, _DAY),
    "RefreshToken": (_HOUR, 3_650 * _DAY),
}
_LASTING = ("UserPoolId", "ClientId", "ClientName", "CreationDate", SEALED)


@operation("CreateUserPoolClient")
def create_user_pool_client(
    call: Call, *, UserPoolId: str, ClientName: str, GenerateSecret: bool = False, **rest: Any
) -> Output:
    """Make a client, with a secret where one is asked for."""
    pool = pool_of(call, UserPoolId)
    given = rest.pop("ClientSecret", None)
    client_id, time = _drawn(26), now(call)
    body = _checked(call, pool, rest, has_secret=GenerateSecret or given is not None)
    body |= {
        "UserPoolId": pool.id,
        "ClientId": client_id,
        "ClientName": ClientName,
        "CreationDate": time,
        "LastModifiedDate": time,
    }
    if GenerateSecret or given is not None:
        secret = (given or _drawn(51)).encode()
        body[SEALED] = b64encode(call.master.seal(secret, f"client {client_id}")).decode()
    document = Document(
        account=pool.account,
        region=pool.region,
        kind=CLIENT_KIND,
        id=client_id,
        parent=pool.id,
        name=client_id,
        body=body,
        created=call.now.isoformat(),
    )
    call.store.put(document)
    return {"UserPoolClient": _shown(call, Client(document))}


@operation("DescribeUserPoolClient")
def describe_user_pool_client(call: Call, *, UserPoolId: str, ClientId: str, **rest: Any) -> Output:
    """Tell everything about a client, its secret too."""
    _, client = client_of(call, UserPoolId, ClientId)
    return {"UserPoolClient": _shown(call, client)}


@operation("ListUserPoolClients")
def list_user_pool_clients(
    call: Call, *, UserPoolId: str, MaxResults: int = 60, NextToken: str = "", **rest: Any
) -> Output:
    """List the clients of a pool."""
    pool = pool_of(call, UserPoolId)
    after = read_token(NextToken) if NextToken else ""
    documents = call.store.children(pool.account, pool.region, CLIENT_KIND, pool.id)
    found = [document for document in documents if document.id > after]
    page = found[:MaxResults]
    answer: dict[str, Any] = {
        "UserPoolClients": [
            {n: d.body[n] for n in ("ClientId", "UserPoolId", "ClientName")} for d in page
        ]
    }
    if len(found) > len(page):
        answer["NextToken"] = write_token(page[-1].id)
    return answer


@operation("UpdateUserPoolClient")
def update_user_pool_client(
    call: Call, *, UserPoolId: str, ClientId: str, ClientName: str = "", **rest: Any
) -> Output:
    """Change a client; what is left out falls back to its default, as on AWS."""
    pool, client = client_of(call, UserPoolId, ClientId)
    lasting = {n: client.body[n] for n in _LASTING if n in client.body}
    body = {**lasting, **_checked(call, pool, rest, has_secret=client.has_secret)}
    body["LastModifiedDate"] = now(call)
    if ClientName:
        body["ClientName"] = ClientName
    document = call.store.put(dataclasses.replace(client.document, body=body))
    return {"UserPoolClient": _shown(call, Client(document))}


@operation("DeleteUserPoolClient")
def delete_user_pool_client(call: Call, *, UserPoolId: str, ClientId: str, **rest: Any) -> Output:
    """Delete a client. Tokens that it was given are good until they expire."""
    _, client = client_of(call, UserPoolId, ClientId)
    call.store.remove(client.document)
    return None


def _shown(call: Call, client: Client) -> dict[str, Any]:
    body = {name: value for name, value in client.body.items() if name != SEALED}
    answer = {
        "RefreshTokenValidity": 30,
        "EnableTokenRevocation": True,
        "AllowedOAuthFlowsUserPoolClient": False,
        "AuthSessionValidity": 3,
        "TokenValidityUnits": {},
        **body,
    }
    secret = client.secret(call.master)
    return answer if secret is None else {**answer, "ClientSecret": secret}


def _checked(
    call: Call, pool: Pool, members: Mapping[str, Any], *, has_secret: bool
) -> dict[str, Any]:
    """Check the members of a client that can be set. Raises Refused."""
    for name in ("AnalyticsConfiguration", "EnablePropagateAdditionalUserContextData"):
        if members.get(name):
            raise not_supported(name)
    providers = members.get("SupportedIdentityProviders") or ["COGNITO"]
    if providers != ["COGNITO"]:
        raise invalid("The provider does not exist for User Pool " + pool.id)
    _check_flows(members)
    body = {n: v for n, v in members.items() if v is not None}
    _check_validity(body)
    _check_oauth(call, pool, body, has_secret=has_secret)
    known = set(pool.schema())
    for member in ("ReadAttributes", "WriteAttributes"):
        if not set(body.get(member, ())) <= known:
            raise invalid(f"Invalid {member} specified while creating a client")
    if body.get("RefreshTokenRotation", {}).get("RetryGracePeriodSeconds"):
        raise not_supported("RetryGracePeriodSeconds")
    return body


def _check_flows(members: Mapping[str, Any]) -> None:
    flows = set(members.get("ExplicitAuthFlows") or ())
    for flow in sorted(flows & _UNSUPPORTED_FLOWS):
        raise not_supported(flow)
    if flows & _LEGACY and flows - _LEGACY:
        raise invalid("Cannot use a mix of new and old explicit auth flow values")
    rotates = (members.get("RefreshTokenRotation") or {}).get("Feature") == "ENABLED"
    if rotates and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
        raise invalid(
            "Refresh token rotation cannot be enabled when ALLOW_REFRESH_TOKEN_AUTH is enabled"
        )


def _check_validity(body: Mapping[str, Any]) -> None:
    client = Client(Document(account="", kind="", id="", body=body))
    for kind, (least, most) in _BOUNDS.items():
        if body.get(f"{kind}Validity") and not least <= client.validity(kind) <= most:
            raise invalid(f"Invalid range for token validity: {kind}")
    longest = max(client.validity("AccessToken"), client.validity("IdToken"))
    if client.validity("RefreshToken") <= longest and body.get("RefreshTokenValidity"):
        raise invalid("Refresh token validity must be longer than that of access and ID tokens")


def _check_oauth(call: Call, pool: Pool, body: Mapping[str, Any], *, has_secret: bool) -> None:
    flows = set(body.get("AllowedOAuthFlows", ()))
    if "client_credentials" in flows:
        if flows != {"client_credentials"}:
            raise Refused(
                "InvalidOAuthFlowException",
                "client_credentials flow can not be selected along with code flow or implicit flow",
            )
        if not has_secret:
            raise Refused(
                "InvalidOAuthFlowException",
                "client_credentials flow can not be selected if client does not have a client "
                "secret.",
            )
    servers = call.store.children(pool.account, pool.region, SERVER_KIND, pool.id)
    exist = _STANDARD_SCOPES | {
        f"{server.body['Identifier']}/{scope['ScopeName']}"
        for server in servers
        for scope in server.body.get("Scopes", ())
    }
    for scope in body.get("AllowedOAuthScopes", ()):
        if scope not in exist:
            raise Refused("ScopeDoesNotExistException", f"Scope {scope} does not exist.")
    for member in ("CallbackURLs", "LogoutURLs"):
        for url in body.get(member, ()):
            _check_redirect(url)


def _check_redirect(url: str) -> None:
    local = url.startswith(("http://localhost", "http://127.0.0.1", "http://[::1]"))
    if "#" in url or (url.startswith("http://") and not local):
        raise invalid("HTTP is allowed for localhost only, and a URL has no fragment")


def _drawn(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
