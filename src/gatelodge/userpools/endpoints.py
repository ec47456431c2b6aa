"""The HTTP endpoints of pools that are no AWS operations: discovery, keys, OAuth 2 without pages.

Source: reference cognito.md part C; RFC 6749 (errors, client authentication), RFC 7009, RFC 7517,
OpenID Connect Discovery. A client tells the pool: its id is unique.
"""

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from gatelodge.messages import Request, Response
from gatelodge.userpools import attributes as attr
from gatelodge.userpools import oauth, signing, tokens
from gatelodge.userpools.house import UserPools
from gatelodge.userpools.oauth import OAuthError
from gatelodge.userpools.pool import SERVER_KIND, Pool, find_pool
from gatelodge.userpools.refusal import Refused

Answer = Callable[[Request], Response]
_PATH = re.compile(
    r"/(?P<pool>[a-z0-9-]+_[A-Za-z0-9]+)/\.well-known/"
    r"(?P<file>jwks\.json|openid-configuration)|/oauth2/(?P<oauth>token|userInfo|revoke)",
    re.ASCII,
)
_TARGET = "AWSCognitoIdentityProviderService."
_ANY = ("Access-Control-Allow-Origin", "*")
_EXPOSED = (
    "Access-Control-Expose-Headers",
    "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
)
_SECONDS = ("Access-Control-Max-Age", "172800")
_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 50
_NOT_GOOD = "Access token is expired, disabled, or deleted, or the user has globally signed out."


class Endpoints:
    """Answers what is for pools, and lets the AWS endpoint's operations be called by browsers."""

    __slots__ = ("_operations", "_pools")

    def __init__(self, pools: UserPools, operations: Answer) -> None:
        self._pools = pools
        self._operations = operations
        """Answers everything else."""

    def answer(self, request: Request) -> Response:
        """Answer one request. Blocks."""
        match = _PATH.fullmatch(request.raw_path)
        if match is not None:
            return self._endpoint(request, match)
        if request.method == "OPTIONS":
            return _preflight(request, "POST")
        response = self._operations(request)
        if (request.headers.get("x-amz-target") or "").startswith(_TARGET):
            for field in (_ANY, _EXPOSED):
                response.add(*field)
        return response

    def _endpoint(self, request: Request, match: re.Match[str]) -> Response:
        verbs = {"token": ("POST",), "revoke": ("POST",), "userInfo": ("GET", "POST")}
        allowed = verbs.get(match["oauth"] or "", ("GET", "HEAD"))
        if request.method == "OPTIONS":
            return _preflight(request, ",".join(allowed))
        if request.method not in allowed:
            return _json(405, {"error": "method_not_allowed"}, ("Allow", ", ".join(allowed)))
        if match["pool"]:
            return self._published(match["pool"], match["file"], request)
        if match["oauth"] == "userInfo":
            return self._user_info(request)
        try:
            fields, credentials = _read_form(request)
            if match["oauth"] == "revoke":
                oauth.revoke(self._pools, fields, credentials)
                return Response(200, [_ANY, ("Content-Type", "application/json")])
            now = request.received_at.timestamp()
            body = oauth.issue(self._pools, fields, credentials, now)
        except OAuthError as error:
            return _oauth_error(error)
        return _json(200, body, ("Cache-Control", "no-store"), ("Pragma", "no-cache"))

    def _published(self, pool_id: str, file: str, request: Request) -> Response:
        try:
            pool = find_pool(self._pools.store, pool_id)
            keys = tokens.keys_of(self._pools, pool)
        except Refused as refused:
            return _json(404, {"message": refused.message})
        age = ("Cache-Control", "public, max-age=60")
        if file == "jwks.json":
            published = signing.published(keys, request.received_at.timestamp())
            fields = [("Content-Type", "application/json"), _ANY, age]
            return Response(200, fields, published)
        return _json(200, self._configuration(pool), age)

    def _configuration(self, pool: Pool) -> dict[str, Any]:
        url = self._pools.url
        issuer = self._pools.issuer(pool.id)
        store = self._pools.store
        servers = store.children(pool.account, pool.region, SERVER_KIND, pool.id)
        scopes = [
            f"{server.body['Identifier']}/{scope['ScopeName']}"
            for server in servers
            for scope in server.body.get("Scopes", ())
        ]
        return {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "token_endpoint": f"{url}/oauth2/token",
            "userinfo_endpoint": f"{url}/oauth2/userInfo",
            "revocation_endpoint": f"{url}/oauth2/revoke",
            "grant_types_supported": ["client_credentials", "refresh_token"],
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid", "email", "phone", "profile", *scopes],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def _user_info(self, request: Request) -> Response:
        words = (request.headers.get("authorization") or "").split(" ")
        if len(words) != 2 or words[0].lower() != "bearer":
            return _challenged(400, "invalid_request", "Bearer token is missing")
        try:
            shown = tokens.read_access(
                self._pools, words[1], request.received_at.timestamp(), "openid"
            )
        except Refused:
            return _challenged(401, "invalid_token", _NOT_GOOD)
        user = shown.user
        scopes = set(str(shown.claims["scope"]).split(" "))
        claims: dict[str, Any] = {"sub": user.sub, "username": user.username}
        for name, value in user.attributes.items():
            if oauth.scope_shows(scopes, name) and not name.startswith("dev:"):
                claims[name] = value.lower() if name in attr.VERIFIED.values() else value
        return _json(200, claims)


def _read_form(request: Request) -> tuple[dict[str, str], tuple[str, str] | None]:
    """Read the fields of a form, and the client's credentials in Authorization."""
    media_type = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type != _FORM:
        raise OAuthError("invalid_request")
    try:
        text = (request.body or b"").decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise OAuthError("invalid_request") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # RFC 6749 section 3.2: no parameter more than once.
        raise OAuthError("invalid_request")
    authorization = request.headers.get("authorization")
    if authorization is None:
        return fields, None
    kind, _, value = authorization.partition(" ")
    try:
        client, colon, secret = b64decode(value, validate=True).decode().partition(":")
    except (Base64Error, ValueError):
        raise OAuthError("invalid_client") from None
    if kind.lower() != "basic" or not colon:
        raise OAuthError("invalid_client")
    return fields, (unquote_plus(client), unquote_plus(secret))


def _preflight(request: Request, verbs: str) -> Response:
    """Answer a browser that asks what it may send (Fetch standard, CORS preflight)."""
    asked = request.headers.get("access-control-request-headers")
    fields = [_ANY, ("Access-Control-Allow-Methods", f"{verbs},OPTIONS"), _SECONDS, _EXPOSED]
    if asked and re.fullmatch(r"[A-Za-z0-9\-_, ]{1,1000}", asked, re.ASCII):
        fields.append(("Access-Control-Allow-Headers", asked))
    return Response(200, fields)


def _oauth_error(error: OAuthError) -> Response:
    body = {"error": error.code}
    if error.status == 401:
        return _json(401, body, ("WWW-Authenticate", "Basic"))
    return _json(error.status, body)


def _challenged(status: int, code: str, description: str) -> Response:
    challenge = f'error="{code}", error_description="{description}"'
    body = {"error": code, "error_description": description}
    return _json(status, body, ("WWW-Authenticate", challenge))


def _json(status: int, body: Mapping[str, Any], *fields: tuple[str, str]) -> Response:
    return Response(
        status,
        [("Content-Type", "application/json"), _ANY, _EXPOSED, *fields],
        json.dumps(body).encode(),
    )
