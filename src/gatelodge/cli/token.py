"""`gatelodge token`: what a token is, and why a route does not take it."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from gatelodge import jwt
from gatelodge.authorize.mechanisms.cognito_user_pools import UserPools
from gatelodge.explain.text import printable
from gatelodge.main.supervisor import ENDPOINTS_FILE
from gatelodge.published import Method, api_from_json, stage_from_json
from gatelodge.route.path import PathRefused, read_path
from gatelodge.serve import StagePlan
from gatelodge.store import Store
from gatelodge.userpools.pool import find_client, find_pool
from gatelodge.userpools.refusal import Refused
from gatelodge.userpools.tokens import SELF_SCOPE
from gatelodge.world.token_keys import KEYS_KIND

_SECONDS = 5
_USES = {"id": "ID token", "access": "access token"}
_MOST_ROUTES = 10
_OTHERS = {
    "NONE": "call it without a token",
    "AWS_IAM": "sign the request with an access key; gatelodge call does",
}
_SHOWN = (
    ("user", "cognito:username"),
    ("user", "username"),
    ("sub", "sub"),
    ("scopes", "scope"),
    ("groups", "cognito:groups"),
)


def token(
    token: str,
    *,
    route: str | None = None,
    api: str | None = None,
    stage: str | None = None,
    cognito_endpoint: str | None = None,
    state: Path = Path(".gatelodge"),
) -> int:
    """Tell what a token is, whether its key is found, and which check fails on a route.

    Parameters
    ----------
    token
        The token, with or without Bearer; - reads it from standard input.
    route
        Verb and path below the stage, such as "GET /pets".
    api
        API id, where several have the route.
    stage
        Stage, where several have the route.
    cognito_endpoint
        URL from which the keys of Amazon's user pools are fetched, instead of Amazon's own.
    state
        State directory.

    """
    text = (sys.stdin.read() if token == "-" else token).strip()  # noqa: S105 - a dash
    if text[:7].lower() == "bearer ":
        text = text[7:]
    parsed = jwt.parse(text)
    claims = parsed if isinstance(parsed, jwt.Refusal) else jwt.read_claims(parsed)
    if isinstance(parsed, jwt.Refusal) or isinstance(claims, jwt.Refusal):
        print(f"no: {parsed if isinstance(parsed, jwt.Refusal) else claims}")
        print(f"do: {_no_token(text)}")
        return 1
    store = Store(state / "store.db")
    print(f"token      {_USES.get(str(claims.get('token_use')), 'no token of Cognito')}")
    for line in _describe(store, claims):
        print(line)
    problem = _check_key(store, state, parsed, claims, cognito_endpoint)
    late = jwt.check_times(claims, time.time())
    if problem is None and late is not None:
        problem = (str(late), "sign in again, or use the refresh token")
    if problem is not None:
        print(f"no: {printable(problem[0])}\ndo: {problem[1]}")
        return 1
    if route is None:
        return 0
    return _on_route(store, claims, route, api, stage)


def _no_token(text: str) -> str:
    """Say what to do about something that is no ID or access token at all."""
    if text.count(".") in {0, 4}:
        return (
            "send the ID token or the access token; a refresh token, which this may be, "
            "only gets new ones"
        )
    return "copy the whole token as Cognito issued it: three pieces with two dots between"


def _describe(store: Store, claims: jwt.Claims) -> Iterator[str]:
    yield f"issuer     {printable(str(claims.get('iss')))}"
    client = claims.get("aud", claims.get("client_id"))
    try:
        name = f" ({find_client(store, str(client))[1].body['ClientName']})"
    except Refused:
        name = ""
    yield f"client     {printable(str(client))}{name}"
    for words, claim in _SHOWN:
        if claim in claims:
            yield f"{words:10} {printable(str(claims[claim]))}"
    for words, claim in (("issued", "iat"), ("expires", "exp")):
        value = claims.get(claim)
        if isinstance(value, int | float) and 0 <= value < 1e11:
            yield f"{words:10} {datetime.fromtimestamp(value, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _check_key(
    store: Store, state: Path, parsed: jwt.Token, claims: jwt.Claims, endpoint: str | None
) -> tuple[str, str] | None:
    """Find the key and check the signature; gives what is wrong, and what to do."""
    issuer = str(claims.get("iss"))
    kid = parsed.kid or ""
    keys = _our_keys(store, state, issuer)
    if keys is None:
        keys = _fetched_keys(issuer, endpoint)
    if isinstance(keys, str):
        return keys, "check that the issuer is the pool you mean, and that it can be reached"
    if kid not in keys:
        return f"the issuer has no key {kid!r}", (
            "sign in again: the pool's keys are others by now, or the token is of another gateway"
        )
    refusal = jwt.verify(parsed, keys[kid])
    if refusal is not None:
        return str(refusal), "sign in again: this token was changed on its way, or is forged"
    print(f"key        {printable(kid)}: found, and the signature is good")
    return None


def _our_keys(store: Store, state: Path, issuer: str) -> dict[str, jwt.PublicKey] | str | None:
    """Read the keys of a pool of ours; None for another issuer."""
    try:
        url = json.loads((state / ENDPOINTS_FILE).read_text("utf-8"))["aws"]
    except (OSError, ValueError):
        return None
    if not issuer.startswith(f"{url}/"):
        return None
    try:
        pool = find_pool(store, issuer.removeprefix(f"{url}/"))
    except Refused as refused:
        return refused.message
    document = store.document(pool.account, pool.region, KEYS_KIND, pool.id)
    if document is None:
        return f"{pool.id} has no keys"
    return jwt.read_keys(json.dumps({"keys": document.body["keys"]}).encode())


def _fetched_keys(issuer: str, endpoint: str | None) -> dict[str, jwt.PublicKey] | str:
    """Fetch the keys of one of Amazon's pools; nobody else is asked."""
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host.startswith("cognito-idp."):
        return f"{issuer!r} is neither a user pool of this gateway nor one of Amazon's"
    if not host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return f"{issuer!r} is no user pool of Amazon's"
    url = f"{(endpoint or f'https://{host}').rstrip('/')}{parts.path}/.well-known/jwks.json"
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - https, or as the operator says
            return jwt.read_keys(answer.read(jwt.MAX_KEY_SET + 1))
    except (urllib.error.URLError, OSError, jwt.KeysError) as error:
        return f"{url}: {error}"


def _on_route(
    store: Store, claims: jwt.Claims, route: str, api: str | None, stage: str | None
) -> int:
    """Check a good token on every route of that name."""
    verb, _, path = route.partition(" ")
    segments = read_path(path.strip())
    if not path.strip().startswith("/") or isinstance(segments, PathRefused):
        print(f"error: {route!r} is no route\ndo: write verb and path, as in 'GET /pets'",
              file=sys.stderr)  # fmt: skip
        return 1
    found, refused = 0, 0
    plans = list(_plans(store, api, stage))
    for plan in plans:
        matched = plan.tree.match(segments)
        by_verb = matched[0].by_verb if matched else {}
        method = by_verb.get(verb.upper()) or by_verb.get("ANY")
        if method is None:
            continue
        found += 1
        problem = _check_method(plan, method.method, claims)
        where = f"{plan.api.id}/{plan.stage.name} {route}"
        if problem is None:
            print(f"yes: {where} takes this token")
        else:
            refused += 1
            print(f"no: {where}: {printable(problem[0])}\ndo: {problem[1]}")
    if not found:
        print(f"error: no API that is served here has {route}\ndo: name one of these: "
              f"{_routes(plans)}", file=sys.stderr)  # fmt: skip
    return 0 if found and not refused else 1


def _routes(plans: list[StagePlan]) -> str:
    """Name the first routes that take tokens of user pools."""
    named = sorted(
        f"{verb} {resource.path}"
        for plan in plans
        for resource in plan.api.resources
        for verb, method in resource.methods.items()
        if method.authorization_type == "COGNITO_USER_POOLS"
    )
    more = ", …" if len(named) > _MOST_ROUTES else ""
    return ", ".join(named[:_MOST_ROUTES]) + more if named else "none takes tokens of user pools"


def _plans(store: Store, api: str | None, stage: str | None) -> Iterator[StagePlan]:
    for api_id, deployment, body in store.stages():
        written = stage_from_json(json.loads(body))
        publication = store.publication(api_id, deployment)
        wanted = api in {None, api_id} and stage in {None, written.name}
        if wanted and publication is not None:
            yield StagePlan(api_from_json(json.loads(publication)), written)


def _check_method(plan: StagePlan, method: Method, claims: jwt.Claims) -> tuple[str, str] | None:
    if method.authorization_type != "COGNITO_USER_POOLS":
        kind = method.authorization_type
        return f"the method's authorization is {kind}, which takes no such token", _OTHERS.get(
            kind, "see what the method's authorizer wants"
        )
    pools = UserPools(method, plan.api, plan.stage.variables)
    pool_id = str(claims.get("iss")).rpartition("/")[2]
    if not any(arn.endswith(f":userpool/{pool_id}") for arn in pools.arns):
        trusted = ", ".join(pools.arns)
        return f"the authorizer does not name this pool, but {trusted}", "name the pool's ARN there"
    refused = pools.check(claims, time.time())
    if refused is None:
        return None
    other = "access" if method.authorization_scopes else "ID"
    if claims.get("token_use") != ("access" if method.authorization_scopes else "id"):
        return refused.detail, f"send the {other} token in the header {pools.header}"
    authorizer = plan.api.authorizers[method.authorizer_id or ""]
    if authorizer.identity_validation_expression is None:
        return refused.detail, (
            "get a token with one of these scopes, as client_credentials gives them (a sign-in by "
            f"password gives {SELF_SCOPE} alone), or change the method's scopes"
        )
    if method.authorization_scopes:
        return refused.detail, "take the expression away: no access token passes it"
    return refused.detail, "sign in with a client that the expression matches, or change it"
