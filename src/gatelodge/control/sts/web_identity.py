"""AssumeRoleWithWebIdentity: a role for whoever has a token of a registered OpenID provider.

Reference: control-plane.md section 5.3; IAM User Guide, "Available keys for AWS web identity
federation". Not signed: the token is what authenticates.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gatelodge import iam, jwt
from gatelodge.arn import Arn
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.operations import Output, operation
from gatelodge.control.sts.assume_role import ROLE_ARN
from gatelodge.control.sts.passed import MAX_TAGS, read_passed, read_tags, resource_tags, tag_keys
from gatelodge.control.sts.role_sessions import DEFAULT_SECONDS, check_duration, give_out
from gatelodge.control.sts.trust import find_role, trust_of
from gatelodge.store import Document
from gatelodge.world.key_sets import Unavailable
from gatelodge.world.openid_providers import FindProviderKey
from gatelodge.world.sessions import Session

ACTION = "sts:AssumeRoleWithWebIdentity"
OLDEST_SECONDS = 86_400
_PROVIDER = "iam/oidc-provider"
_TAGS = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
_NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)


@operation("sts", "AssumeRoleWithWebIdentity")
def assume_role_with_web_identity(
    call: Call,
    *,
    RoleArn: str,
    RoleSessionName: str,
    WebIdentityToken: str,
    ProviderId: str | None = None,
    PolicyArns: Sequence[Mapping[str, str]] = (),
    Policy: str | None = None,
    DurationSeconds: int = DEFAULT_SECONDS,
    MinimumSessionTokenSize: int = 0,
) -> Output:
    """Give out credentials of a role session."""
    arn = Arn.parse(RoleArn)
    if arn is None or not ROLE_ARN.fullmatch(RoleArn):
        raise Fault("ValidationError", f"{RoleArn} is invalid")
    if ProviderId is not None:
        raise Fault("NotImplemented", "ProviderId is for OAuth 2 tokens, not implemented", 501)
    identity = _authenticate(call, arn.account, WebIdentityToken)
    role = _trusting_role(call, RoleArn, RoleSessionName, identity)
    check_duration(role, DurationSeconds, chained=False)
    passed = read_passed(call, arn.account, Policy, PolicyArns, ())
    now = int(call.now.timestamp())
    session = Session(
        arn=RoleArn,
        unique_id=role.body["RoleId"],
        name=RoleSessionName,
        issued=now,
        expires=now + DurationSeconds,
        policies=passed.policies,
        policy_arns=passed.policy_arns,
        tags=identity.tags,
        transitive=identity.transitive,
        source_identity=identity.source_identity,
        provider=identity.principal.federated,
        keys=identity.keys,
    )
    return {
        **give_out(call, role, session, passed.packed, MinimumSessionTokenSize),
        "SubjectFromWebIdentityToken": identity.subject,
        "Audience": identity.audience,
        "Provider": identity.issuer,
    }


class _Identity:
    """What a verified token says."""

    __slots__ = ("audience", "issuer", "keys", "principal", "source_identity", "subject", "tags",
                 "transitive")  # fmt: skip

    def __init__(self, provider: str, issuer: str, audience: str, claims: jwt.Claims) -> None:
        self.issuer = issuer
        self.audience = audience
        self.subject = str(claims.get("sub", ""))
        self.principal = iam.Principal(
            iam.PrincipalKind.FEDERATED_USER, None, None, federated=provider
        )
        self.keys = _condition_keys(issuer.removeprefix("https://"), audience, claims)
        self.tags, self.transitive = _session_tags(claims.get(_TAGS))
        source_identity = claims.get(_SOURCE_IDENTITY)
        self.source_identity = source_identity if isinstance(source_identity, str) else None

    @property
    def actions(self) -> list[str]:
        """What the role's trust policy must allow."""
        wanted = [ACTION]
        if self.tags:
            wanted.append("sts:TagSession")
        if self.source_identity is not None:
            wanted.append("sts:SetSourceIdentity")
        return wanted


def _trusting_role(call: Call, arn: str, session_name: str, identity: _Identity) -> Document:
    """Find the role, if it trusts this identity. Raises Fault, the same where there is none."""
    role = find_role(call.store, arn)
    trust = trust_of(call.store, role)
    keys: dict[str, iam.Value] = {
        **identity.keys,
        **tag_keys(identity.tags),
        **resource_tags(role.body.get("Tags", ()) if role else ()),
        "sts:rolesessionname": session_name,
        "aws:currenttime": f"{call.now:%Y-%m-%dT%H:%M:%SZ}",
        "aws:epochtime": str(int(call.now.timestamp())),
        "aws:sourceip": call.source_ip,
    }
    for action in identity.actions:
        query = iam.Query(action, arn, identity.principal, keys, role.account if role else "")
        if role is None or trust.judge(query).verdict is not iam.Verdict.ALLOWED:
            raise Fault("AccessDenied", f"Not authorized to perform {action}", 403)
    if role is None:
        raise RuntimeError("a role that is not there trusts nobody")
    return role


def _authenticate(call: Call, account: str, text: str) -> _Identity:
    """Verify a token of a provider that is registered in an account. Raises Fault."""
    token = jwt.parse(text)
    claims = token if isinstance(token, jwt.Refusal) else jwt.read_claims(token)
    if isinstance(token, jwt.Refusal) or isinstance(claims, jwt.Refusal):
        raise _invalid("The ID Token provided is not a valid JWT.")
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not issuer.startswith("https://"):
        raise _invalid(f"No OpenIDConnect provider found in your account for {issuer}")
    provider = call.store.document(
        account, "", _PROVIDER, issuer.removeprefix("https://").rstrip("/")
    )
    if provider is None:
        raise _invalid(f"No OpenIDConnect provider found in your account for {issuer}")
    audience = _audience(claims, provider.body["ClientIDList"])
    key = call.ask(FindProviderKey(issuer, token.kid or ""))
    if isinstance(key, Unavailable):
        raise Fault("IDPCommunicationError", f"The identity provider cannot be asked: {key.detail}")
    if key is None or token.algorithm != jwt.ALGORITHM:
        raise _invalid(_NO_KEY)
    if jwt.verify(token, key) is not None:
        raise _invalid("The signature of the token is invalid")
    _check_times(claims, call.now.timestamp())
    return _Identity(provider.body["Arn"], issuer, audience, claims)


def _audience(claims: jwt.Claims, registered: Sequence[str]) -> str:
    """Find who the token is for; azp counts before aud. Raises Fault."""
    audience = claims.get("azp", claims.get("aud"))
    for text in audience if isinstance(audience, list) else [audience]:
        if isinstance(text, str) and text in registered:
            return text
    raise _invalid("Incorrect token audience")


def _check_times(claims: jwt.Claims, now: float) -> None:
    if claims["exp"] <= now:
        raise Fault(
            "ExpiredTokenException",
            f"Token expired: current date/time {int(now)} must be before the expiration date/time"
            f"{int(claims['exp'])}",
        )
    if claims.get("nbf", now) > now:
        raise _invalid("The token is not valid yet")
    issued = claims.get("iat")
    if issued is not None and now - issued > OLDEST_SECONDS:
        raise Fault("ExpiredTokenException", f"Token too old: {int(now - issued)}")


def _condition_keys(issuer: str, audience: str, claims: jwt.Claims) -> dict[str, str]:
    keys = {f"{issuer}:aud": audience}
    if "azp" in claims and isinstance(claims.get("aud"), str):
        keys[f"{issuer}:oaud"] = claims["aud"]
    for name in ("sub", "amr", "email"):
        if isinstance(claims.get(name), str):
            keys[f"{issuer}:{name}"] = claims[name]
    return {name.lower(): value for name, value in keys.items()}


def _session_tags(written: Any) -> tuple[dict[str, str], list[str]]:
    """Read the tags that a token brings (IAM User Guide, "Pass session tags in AWS STS")."""
    if written is None:
        return {}, []
    given = written.get("principal_tags", {}) if isinstance(written, Mapping) else None
    if not isinstance(given, Mapping) or len(given) > MAX_TAGS:
        raise _invalid("The tags of the token are not of their form")
    tags = []
    for key, value in given.items():
        first = value[0] if isinstance(value, list) and value else value
        if not isinstance(first, str) or len(first) > 256 or not 1 <= len(key) <= 128:
            raise _invalid(f"The tag {key} of the token is not of its form")
        tags.append({"Key": key, "Value": first})
    read = read_tags(tags)
    transitive = written.get("transitive_tag_keys")
    listed = transitive if isinstance(transitive, list) else []
    return read, [key for key in listed if isinstance(key, str) and key in read]


def _invalid(message: str) -> Fault:
    return Fault("InvalidIdentityToken", message)
