"""Functions as documents: which one a qualifier means, and what is sealed for whom."""

import base64
from collections import Counter

import pytest

from gatelodge.functions.documents import (
    ALIAS,
    FUNCTION,
    LAYER,
    VERSION,
    find_function,
    function_arn,
    is_drawn,
    layer_parts,
    open_environment,
    seal_environment,
    versions_of,
)
from gatelodge.store import Document, MasterKey, SealError, Store

ACCOUNT, REGION = "111111111111", "us-east-1"
ARN = function_arn("aws", REGION, ACCOUNT, "f")
MASTER = MasterKey(bytes(32))


class Shelf:
    def __init__(self, directory):
        self.store = Store(directory / "store.db")

    def put(self, kind, name, body):
        with self.store.transaction():
            return self.store.put(
                Document(account=ACCOUNT, region=REGION, kind=kind, id=name, parent="f",
                         name=name, body=body, created="2026-01-01")
            )  # fmt: skip

    def function(self, number=None, **members):
        arn = ARN if number is None else f"{ARN}:{number}"
        body = {
            "Configuration": {
                "FunctionArn": arn,
                "Version": number or "$LATEST",
                "CodeSha256": base64.b64encode(bytes(32)).decode(),
                **members,
            }
        }
        if number is None:
            return self.put(FUNCTION, "f", body | {"ReservedConcurrentExecutions": 3})
        return self.put(VERSION, f"f:{number}", body)

    def alias(self, name, number, **weights):
        body = {"FunctionVersion": number}
        if weights:
            body["RoutingConfig"] = {"AdditionalVersionWeights": weights}
        self.put(ALIAS, f"f:{name}", body)
        return body

    def find(self, qualifier=None, name="f"):
        return find_function(self.store, MASTER, ACCOUNT, REGION, name, qualifier)


@pytest.fixture
def shelf(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.function()
    shelf.function("1")
    shelf.function("2")
    return shelf


def test_what_a_qualifier_means(shelf):
    shelf.alias("OLD", "1")
    shelf.alias("NEWEST", "$LATEST")
    shelf.alias("LOST", "9")
    for qualifier, version in (
        (None, "$LATEST"), ("$LATEST", "$LATEST"), ("2", "2"), ("OLD", "1"), ("NEWEST", "$LATEST"),
    ):  # fmt: skip
        found = shelf.find(qualifier)
        assert (found.version, found.arn, found.reserved) == (version, ARN, 3)
    for qualifier in ("9", "NONE", "LOST", "$latest"):
        assert shelf.find(qualifier) is None
    assert shelf.find(name="g") is None


def test_an_alias_shares_its_calls_out(shelf):
    body = shelf.alias("BOTH", "1", **{"2": 0.5})
    assert versions_of(body) == {"1", "2"}
    drawn = Counter(shelf.find("BOTH").version for _ in range(400))
    assert 120 < drawn["1"] < 280
    shelf.alias("ALL", "1", **{"2": 1.0})
    assert {shelf.find("ALL").version for _ in range(50)} == {"2"}
    shelf.alias("ONE", "1")
    told = [is_drawn(shelf.store, ACCOUNT, REGION, "f", q) for q in ("BOTH", "ONE", "1", None)]
    assert told == [True, False, False, False]


def test_an_environment_is_sealed_for_its_function(shelf):
    sealed = seal_environment({"A": "secret"}, MASTER, ARN)
    assert "secret" not in sealed
    for number, owner in ((None, ARN), ("1", f"{ARN}:1")):
        kind = FUNCTION if number is None else VERSION
        body = {"Configuration": {"FunctionArn": owner}, "SealedEnvironment": sealed}
        document = shelf.put(kind, f"f:x{number}", body)
        assert open_environment(document, MASTER) == {"A": "secret"}
    other = {"Configuration": {"FunctionArn": f"{ARN}2"}, "SealedEnvironment": sealed}
    with pytest.raises(SealError):
        open_environment(shelf.put(FUNCTION, "f2", other), MASTER)


def test_a_layer_that_was_deleted_is_kept(shelf):
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:words:1"
    sha = base64.b64encode(bytes([1] * 32)).decode()
    shelf.put(LAYER, "words:2", {"Content": {"CodeSha256": base64.b64encode(bytes(32)).decode()}})
    layers = [{"Arn": arn, "CodeSha256": sha}, {"Arn": f"{arn[:-1]}2"}]
    shelf.function("3", Layers=layers)
    assert shelf.find("3").layers == ("01" * 32, "00" * 32)


@pytest.mark.parametrize("arn", ["words", f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:words", ARN])
def test_what_is_no_layer(arn):
    with pytest.raises(ValueError, match="no ARN of a layer version"):
        layer_parts(arn)
