"""Functions as documents of the store: what CreateFunction writes and an invocation reads.

    lambda/function  id NAME            $LATEST, with what belongs to the function as a whole
    lambda/version   id NAME:NUMBER     what PublishVersion froze
    lambda/alias     id NAME:ALIAS
    lambda/policy    id NAME or NAME:QUALIFIER
    lambda/layer     id LAYER:NUMBER
    lambda/layers    id LAYER           the last number that a version of it was given

A function's body holds `Configuration` in AWS's shape; environment variables are sealed beside it.
"""

import base64
import json
import random
from collections.abc import Mapping
from typing import Any

from gatelodge.functions.function import (
    DEFAULT_MEMORY,
    DEFAULT_TIMEOUT,
    LATEST,
    Function,
    Remote,
)
from gatelodge.store import Document, MasterKey, Store

FUNCTION = "lambda/function"
VERSION = "lambda/version"
ALIAS = "lambda/alias"
POLICY = "lambda/policy"
LAYER = "lambda/layer"
LAYER_COUNTER = "lambda/layers"


def function_arn(partition: str, region: str, account: str, name: str) -> str:
    """Write a function's ARN, without a qualifier."""
    return f"arn:{partition}:lambda:{region}:{account}:function:{name}"


def find_document(
    store: Store, account: str, region: str, name: str, qualifier: str | None
) -> Document | None:
    """Find the document that a qualifier names: of $LATEST, of a version, or behind an alias."""
    if qualifier in (None, LATEST):
        return store.document(account, region, FUNCTION, name)
    if not str(qualifier).isdigit():
        alias = store.document(account, region, ALIAS, f"{name}:{qualifier}")
        if alias is None:
            return None
        qualifier = _choose(alias.body)
        if qualifier == LATEST:
            return store.document(account, region, FUNCTION, name)
    return store.document(account, region, VERSION, f"{name}:{qualifier}")


def is_drawn(store: Store, account: str, region: str, name: str, qualifier: str | None) -> bool:
    """Tell whether a qualifier names an alias that shares its calls out among versions."""
    alias = store.document(account, region, ALIAS, f"{name}:{qualifier}") if qualifier else None
    return alias is not None and bool(_weights(alias.body))


def versions_of(alias: Mapping[str, Any]) -> set[str]:
    """Name every version that an alias leads to."""
    return {alias["FunctionVersion"], *_weights(alias)}


def _weights(alias: Mapping[str, Any]) -> Mapping[str, float]:
    return (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}


def _choose(alias: Mapping[str, Any]) -> str:
    """Choose the version behind an alias by its weights."""
    weights = _weights(alias)
    drawn = random.random()  # noqa: S311 - a share of traffic is no secret
    for version, weight in weights.items():
        drawn -= weight
        if drawn < 0:
            return str(version)
    return str(alias["FunctionVersion"])


def find_function(
    store: Store, master: MasterKey, account: str, region: str, name: str, qualifier: str | None
) -> Function | None:
    """Read what an invocation runs; None when there is none. Raises SealError."""
    document = find_document(store, account, region, name, qualifier)
    if document is None:
        return None
    whole = document
    if document.kind != FUNCTION:
        found = store.document(account, region, FUNCTION, name)
        if found is None:
            return None
        whole = found
    written = document.body["Configuration"]
    remote = document.body.get("Remote")
    return Function(
        account=account,
        region=region,
        name=name,
        arn=whole.body["Configuration"]["FunctionArn"],
        version=written["Version"],
        runtime=written.get("Runtime", ""),
        handler=written.get("Handler", ""),
        role=written.get("Role", ""),
        timeout=written.get("Timeout", DEFAULT_TIMEOUT),
        memory=written.get("MemorySize", DEFAULT_MEMORY),
        environment=open_environment(document, master),
        code=base64.b64decode(written.get("CodeSha256", "")).hex(),
        layers=_layers(store, written),
        revision=written.get("RevisionId", ""),
        reserved=whole.body.get("ReservedConcurrentExecutions"),
        remote=Remote(**remote) if remote else None,
        operator_credentials=whole.body.get("OperatorCredentials", False),
    )


def _layers(store: Store, written: Mapping[str, Any]) -> tuple[str, ...]:
    """Find the digests of a function's layers; one that was deleted since is named all the same."""
    digests = []
    for layer in written.get("Layers", ()):
        account, region, name, number = layer_parts(layer["Arn"])
        found = store.document(account, region, LAYER, f"{name}:{number}")
        sha = found.body["Content"]["CodeSha256"] if found else layer.get("CodeSha256", "")
        digests.append(base64.b64decode(sha).hex() or layer["Arn"])
    return tuple(digests)


def layer_parts(arn: str) -> tuple[str, str, str, str]:
    """Take a layer version's ARN apart: account, region, name, number. Raises ValueError."""
    pieces = arn.split(":")
    if len(pieces) != 8 or pieces[2] != "lambda" or pieces[5] != "layer":
        raise ValueError(f"{arn!r} is no ARN of a layer version")
    return pieces[4], pieces[3], pieces[6], pieces[7]


def seal_environment(variables: Mapping[str, str], master: MasterKey, owner: str) -> str:
    """Seal environment variables; owner: the function's ARN."""
    sealed = master.seal(json.dumps(dict(variables)).encode(), f"environment {owner}")
    return base64.b64encode(sealed).decode("ascii")


def open_environment(document: Document, master: MasterKey) -> dict[str, str]:
    """Open the environment variables of a function's document. Raises SealError."""
    sealed = document.body.get("SealedEnvironment")
    if sealed is None:
        return {}
    arn = document.body["Configuration"]["FunctionArn"]
    owner = arn if document.kind == FUNCTION else arn.rpartition(":")[0]
    opened = master.open(base64.b64decode(sealed), f"environment {owner}")
    variables: dict[str, str] = json.loads(opened)
    return variables


def find_policy(
    store: Store, account: str, region: str, name: str, qualifier: str | None
) -> Mapping[str, Any] | None:
    """Read the document of a function's resource policy, or of one version's or alias's."""
    document_id = name if qualifier is None else f"{name}:{qualifier}"
    document = store.document(account, region, POLICY, document_id)
    return document.body if document else None
