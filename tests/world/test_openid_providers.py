"""Where OpenID Connect providers have their keys: their own word for it, over https alone."""

import json

import pytest
from tests.signing import KID, SIGNER, key_set

from gatelodge.integrate.questions import Unreachable, Unreached
from gatelodge.messages import Response
from gatelodge.world.answers import PENDING
from gatelodge.world.key_sets import Unavailable
from gatelodge.world.openid_providers import FindProviderKey, OpenIdProviders

ISSUER = "https://id.example/tenant"


class Provider:
    """Answers by URL; what is not there is 404."""

    def __init__(self, configuration):
        self.pages = {
            f"{ISSUER}/.well-known/openid-configuration": configuration,
            "https://keys.example:8443/jwks?v=1": key_set((KID, SIGNER)),
        }
        self.asked = []

    def send(self, question, resume):
        port = "" if question.origin.port == 443 else f":{question.origin.port}"
        url = f"{question.origin.scheme}://{question.origin.host}{port}{question.target}"
        self.asked.append(url)
        page = self.pages.get(url)
        if page is None or isinstance(page, Unreachable):
            resume(page or Response(404))
        else:
            resume(
                Response(200, (), page if isinstance(page, bytes) else json.dumps(page).encode())
            )


def find(provider, kid=KID):
    told = []
    answer = OpenIdProviders(provider.send).find(FindProviderKey(ISSUER, kid), told.append)
    return told[0] if answer is PENDING else answer


RIGHT = {"issuer": ISSUER, "jwks_uri": "https://keys.example:8443/jwks?v=1"}


def test_the_keys_are_where_the_provider_says():
    provider = Provider(RIGHT)
    assert find(provider).as_dict(private=False)["n"] == SIGNER.as_dict(private=False)["n"]
    assert provider.asked == list(provider.pages)
    assert find(Provider(RIGHT), "another") is None


@pytest.mark.parametrize(
    "configuration",
    [
        {**RIGHT, "issuer": "https://other.example"},
        {**RIGHT, "jwks_uri": "http://keys.example:8443/jwks?v=1"},
        {**RIGHT, "jwks_uri": "https://[keys/jwks"},
        {**RIGHT, "jwks_uri": "https://keys.example:0/"},
        {**RIGHT, "jwks_uri": "https://keys.example/a b\r\nX: y"},
        {**RIGHT, "jwks_uri": 7},
        {"issuer": ISSUER},
        [],
        b"{",
        b'{"a": "' + b"x" * 200_000 + b'"}',
        Unreachable(Unreached.TIMED_OUT),
        None,
    ],
)
def test_what_is_not_believed(configuration):
    provider = Provider(configuration)
    assert isinstance(find(provider), Unavailable)
    assert len(provider.asked) == 1
