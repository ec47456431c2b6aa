"""Which pool signed a token: our own pools from the store, what is kept, and what is forgotten."""

import json

import pytest
from tests.gateway import OWNER, REGION
from tests.household import away
from tests.issuer import Pool
from tests.signing import key_set

from gatelodge.authorize.questions import (
    TokenProblem,
    TokenRefused,
    VerifiedToken,
    VerifyToken,
)
from gatelodge.messages import Response
from gatelodge.store import Document, open_state
from gatelodge.world import token_keys
from gatelodge.world.answers import PENDING
from gatelodge.world.key_sets import KeySets
from gatelodge.world.token_keys import KEYS_KIND, TokenKeys

URL = "http://127.0.0.1:4566"


class Later:
    """An executor whose work is done when the test says so."""

    def __init__(self):
        self.work = []

    def submit(self, function, *arguments):
        self.work.append(lambda: function(*arguments))

    def run(self):
        work, self.work = self.work, []
        for job in work:
            job()


class House:
    def __init__(self, directory):
        self.store, _ = open_state(directory, {})
        self.executor = Later()
        self.fetches = []
        self.pool = Pool(f"{REGION}_ours1")
        self.pool.issuer = f"{URL}/{self.pool.id}"
        self.tokens = TokenKeys(
            self.store, URL, KeySets(self.fetch), self.executor, lambda job: job()
        )

    def fetch(self, question, resume):
        self.fetches.append(resume)

    def open(self, pool=None, version=0, keys=None):
        pool = pool or self.pool
        body = json.loads(key_set(*(keys or pool.keys).items()))
        document = Document(
            account=OWNER, region=REGION, kind=KEYS_KIND, id=pool.id, body=body, version=version
        )
        self.tokens.forget()
        return self.store.put(document)

    def ask(self, token, *pools):
        told = []
        question = VerifyToken(token, pools or (self.pool.arn,))
        answer = self.tokens.verify(question, told.append)
        if answer is not PENDING:
            return answer
        self.executor.run()
        return told[0] if told else PENDING


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "state")


def test_our_own_pool(house):
    house.open()
    answer = house.ask(house.pool.token())
    assert isinstance(answer, VerifiedToken)
    assert answer.pool == house.pool.arn
    assert answer.authorizer["claims"]["cognito:username"] == "alice"
    assert answer.evidence.found["kid"] == f"{house.pool.id}-id"
    assert house.fetches == []


def test_a_token_is_verified_once(house):
    house.open()
    token = house.pool.token()
    first = house.ask(token)
    assert house.tokens.verify(VerifyToken(token, (house.pool.arn,)), print) is first
    # For an authorizer that does not name the pool, what is kept counts for nothing.
    refused = house.ask(token, Pool(f"{REGION}_other").arn)
    assert refused.reason is TokenProblem.ISSUER


def test_what_is_kept_is_bounded(house, monkeypatch):
    monkeypatch.setattr(token_keys, "MAX_KEPT", 3)
    house.open()
    tokens = [house.pool.token(n=n) for n in range(5)]
    answers = [house.ask(token) for token in tokens]
    kept = [house.ask(token) is answer for token, answer in zip(tokens, answers, strict=True)]
    assert kept.count(True) <= 3
    assert len(house.tokens._held) == 3


def test_amazons_issuer_is_not_ours(house):
    """A pool of ours trusts its own issuer only, and one of Amazon's only Amazon's."""
    house.open()
    amazon = f"https://cognito-idp.{REGION}.amazonaws.com/{house.pool.id}"
    refused = house.ask(house.pool.token(iss=amazon))
    assert refused.reason is TokenProblem.ISSUER
    other = Pool(f"{REGION}_amazon1")
    refused = house.ask(other.token(iss=f"{URL}/{other.id}"), other.arn)
    assert refused.reason is TokenProblem.ISSUER
    assert house.fetches == []


def test_amazons_pool(house):
    other = Pool(f"{REGION}_amazon1")
    told = []
    question = VerifyToken(other.token(), (house.pool.arn, other.arn))
    assert house.tokens.verify(question, told.append) is PENDING
    house.executor.run()
    house.fetches[0](Response(200, (), key_set(*other.keys.items())))
    assert told[0].pool == other.arn
    assert house.tokens.verify(question, print) is told[0]


def test_rotated_keys(house):
    stored = house.open()
    old = house.pool.token()
    assert isinstance(house.ask(old), VerifiedToken)
    pool = Pool(house.pool.id)
    pool.issuer, pool.keys = house.pool.issuer, {f"new-{k}": v for k, v in pool.keys.items()}
    stored = house.open(version=stored.version, keys={**house.pool.keys, **pool.keys})
    assert isinstance(house.ask(old), VerifiedToken)
    new = pool.token(header={"kid": f"new-{pool.id}-id"}, key=pool.keys[f"new-{pool.id}-id"])
    assert isinstance(house.ask(new), VerifiedToken)
    house.open(version=stored.version, keys=pool.keys)
    assert house.ask(old).reason is TokenProblem.KEY


def test_a_deleted_pool(house):
    """Its tokens are nobody's: the ARN is Amazon's then, and so is the issuer that counts."""
    stored = house.open()
    token = house.pool.token()
    assert isinstance(house.ask(token), VerifiedToken)
    house.store.remove(stored)
    house.tokens.forget()
    assert house.ask(token).reason is TokenProblem.ISSUER
    assert house.fetches == []


def test_a_look_up_begun_before_a_change_is_not_kept(house):
    house.open()
    told = []
    question = VerifyToken(house.pool.token(), (house.pool.arn,))
    assert house.tokens.verify(question, told.append) is PENDING
    house.tokens.forget()
    house.executor.run()
    assert isinstance(told[0], VerifiedToken)
    assert house.tokens.verify(question, told.append) is PENDING
    house.executor.run()


def test_with_the_store_away(house):
    house.open()
    token = house.pool.token()
    held = house.ask(token)
    with away(house.store):
        assert house.ask(token) is held
        house.tokens.forget()
        assert house.ask(token).reason is TokenProblem.UNAVAILABLE


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/",
        f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/../admin",
        f"arn:aws:cognito-idp:{REGION}:{OWNER}:userpool/{REGION}_a?x=",
    ],
)
def test_arns_that_name_no_pool(house, arn):
    pool_id = arn.rpartition("userpool/")[2]
    token = house.pool.token(iss=f"https://x/{pool_id}")
    answer = house.ask(token, arn)
    assert isinstance(answer, TokenRefused)
    assert house.fetches == []
