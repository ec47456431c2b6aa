"""Answers FindProviderKey: the keys of OpenID Connect providers, which tell where they have them.

Source: OpenID Connect Discovery 1.0, section 4. Only https is asked, with verified certificates.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import orjson

from gatelodge import jwt
from gatelodge.asking import Question
from gatelodge.integrate.questions import SendHttp, Unreachable
from gatelodge.messages import Response
from gatelodge.world.answers import Pending, Resume
from gatelodge.world.key_sets import KeySets, Locate, Send, Unavailable, get_json

MAX_CONFIGURATION = 100_000
"""Octets of a provider's configuration."""
_CONFIGURATION = "/.well-known/openid-configuration"


class FindProviderKey(Question[jwt.PublicKey | Unavailable | None]):
    """Asks for a provider's key; None: it has none of that kid."""

    __slots__ = ("issuer", "kid")

    def __init__(self, issuer: str, kid: str) -> None:
        self.issuer = issuer
        """A registered one: others must not make us fetch anything."""
        self.kid = kid


class OpenIdProviders:
    """The keys of all providers that one process was asked about."""

    __slots__ = ("_key_sets",)

    def __init__(self, send: Send) -> None:
        self._key_sets = KeySets(send, locate=_discover(send))

    def find(
        self, question: FindProviderKey, resume: Resume
    ) -> jwt.PublicKey | Unavailable | Pending | None:
        """Find a key, asking the provider where needed."""
        return self._key_sets.find(question.issuer, question.kid, resume)


def _discover(send: Send) -> Locate:
    def locate(issuer: str, then: Callable[[SendHttp | str], None]) -> None:
        def configured(reply: Response | Unreachable) -> None:
            then(_keys_request(issuer, reply))

        send(get_json(issuer.rstrip("/") + _CONFIGURATION), configured)

    return locate


def _keys_request(issuer: str, reply: Response | Unreachable) -> SendHttp | str:
    """Read a provider's configuration; gives the request for its keys, or what is wrong."""
    if isinstance(reply, Unreachable):
        return f"{reply.reason.value} {reply.detail}".rstrip()
    if reply.status != 200 or len(reply.body) > MAX_CONFIGURATION:
        return f"its configuration was answered with {reply.status}, {len(reply.body)} octets"
    try:
        written = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return "its configuration is not JSON"
    if not isinstance(written, dict) or written.get("issuer") != issuer:
        return "its configuration names another issuer"
    url = written.get("jwks_uri")
    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        right = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if (
        not right
        or not isinstance(url, str)
        or not url.isascii()
        or not url.isprintable()
        or " " in url
    ):
        return "its configuration has no https jwks_uri"
    return get_json(url)
