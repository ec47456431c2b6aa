"""A role's trust policy, ready to be judged."""

import json
from collections.abc import Mapping
from typing import Any

import structlog

from gatelodge import iam
from gatelodge.store import Document, Store
from gatelodge.world.iam_entities import ROLE, find_by_arn, find_by_id, read_document

_NOBODY = iam.PolicySet([])
_log = structlog.get_logger()


def find_role(store: Store, arn: str) -> Document | None:
    """Find a role by its ARN."""
    return find_by_arn(store, ROLE, arn)


def trust_of(store: Store, role: Document | None) -> iam.PolicySet:
    """Compile a role's trust policy; one that trusts nobody where there is no role.

    A refused caller must not be able to tell the one from the other.
    """
    if role is None:
        return _NOBODY
    try:
        document = _with_arns(store, read_document(role.body["AssumeRolePolicyDocument"]))
        return iam.PolicySet([iam.parse(document, iam.PolicyKind.TRUST, name=role.name)])
    except (iam.PolicyError, KeyError, json.JSONDecodeError) as error:
        _log.warning("a trust policy cannot be used", role=role.body.get("Arn"), error=str(error))
        return _NOBODY


def _with_arns(store: Store, document: Mapping[str, Any]) -> dict[str, Any]:
    """Name users and roles by ARN again; who is gone stays a unique id, which is nobody's."""
    written = document.get("Statement")
    statements = written if isinstance(written, list) else [written]
    return {**document, "Statement": [_statement(store, statement) for statement in statements]}


def _statement(store: Store, statement: Any) -> Any:
    if not isinstance(statement, Mapping):
        return statement
    changed = dict(statement)
    for element in ("Principal", "NotPrincipal"):
        principal = statement.get(element)
        if isinstance(principal, Mapping) and "AWS" in principal:
            names = principal["AWS"]
            listed = names if isinstance(names, list) else [names]
            changed[element] = {**principal, "AWS": [_named(store, name) for name in listed]}
    return changed


def _named(store: Store, name: Any) -> Any:
    found = find_by_id(store, name) if isinstance(name, str) else None
    return name if found is None else found.body["Arn"]
