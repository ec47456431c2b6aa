"""What account files describe, brought into the store as IAM's operations keep it.

Whatever these files described before and describe no more is deleted; what was made through the AWS
endpoint stays. Unique ids and dates are the files', or stay what they were.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gatelodge.control.iam.managed_policies import LATEST
from gatelodge.control.iam.policy_versions import version_number
from gatelodge.control.iam.trust_policies import resolve_trust
from gatelodge.files.account_details import AccountFiles, Described
from gatelodge.files.load import FileError
from gatelodge.store import Document, Store
from gatelodge.world.iam_entities import (
    GROUP,
    IDS,
    NAMES,
    POLICY,
    ROLE,
    USER,
    changed,
    entity,
    find_entity,
    find_policy,
)
from gatelodge.world.unique_ids import unique_id

_PREFIXES = {USER: "AIDA", GROUP: "AGPA", ROLE: "AROA", POLICY: "ANPA"}
_TRUST = "AssumeRolePolicyDocument"
# Members that files need not have; what is stored stays.
_KEPT = (
    *IDS.values(),
    *("CreateDate", "UpdateDate", "MaxSessionDuration", "Description", LATEST),
)
_APPLIED, _APPLIED_ID = "iam/applied", "files"


def apply_account_files(store: Store, files: AccountFiles, now: datetime) -> list[str]:
    """Bring the accounts to what checked files say; gives what changed, nothing when all was so.

    Raises FileError when what the files leave out is still needed; then nothing was changed.
    """
    changes: list[str] = []
    with store.transaction():
        for account, described in files.accounts.items():
            changes += _apply(store, account, described, now)
        # Only now is everybody there who may be trusted, in whatever account.
        for account, described in files.accounts.items():
            changes += _apply_trust(store, account, described)
        for account, described in files.accounts.items():
            _check_ids(store, account, described)
            _check_nothing_dangles(store, account)
    return changes


def _apply(
    store: Store, account: str, described: Sequence[Described], now: datetime
) -> Iterator[str]:
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in described:
        stored = store.document(account, "", *one.key)
        before = {} if stored is None else stored.body
        made = {IDS[one.kind]: unique_id(_PREFIXES[one.kind]), "CreateDate": stamp}
        kept = {member: before[member] for member in _KEPT if member in before}
        body = _completed(one.kind, {**made, **kept, **one.body})
        if _TRUST in before:
            body[_TRUST] = before[_TRUST]
        elif one.kind == ROLE:
            body.pop(_TRUST, None)
        if stored is None:
            store.put(entity(one.kind, account, body))
            yield f"{one.kind} {body[NAMES[one.kind]]} made"
        elif body != before:
            _replace(store, stored, body)
            yield f"{one.kind} {body[NAMES[one.kind]]} changed"
    yield from _delete_what_is_left_out(store, account, described)


def _replace(store: Store, stored: Document, body: Mapping[str, Any]) -> None:
    """Write another body; another unique id is another entity, whose keys are not the old ones."""
    kind = stored.kind
    if stored.name != body[NAMES[kind]]:
        store.remove(stored)
        store.put(entity(kind, stored.account, body))
    else:
        store.put(changed(stored, body))
    if kind == USER and stored.parent != body[IDS[kind]]:
        _delete_keys(store, stored.parent)
    elif kind == USER and stored.body["Arn"] != body["Arn"]:
        store.move_access_keys(stored.parent, body["Arn"])


def _apply_trust(store: Store, account: str, described: Sequence[Described]) -> Iterator[str]:
    for one in described:
        if one.kind != ROLE or _TRUST not in one.body:
            continue
        stored = store.document(account, "", *one.key)
        if stored is None:
            raise RuntimeError("a role that was just made is missing")
        trust = resolve_trust(store, one.body[_TRUST])
        if stored.body.get(_TRUST) != trust:
            store.put(changed(stored, {**stored.body, _TRUST: trust}))
            if _TRUST in stored.body:
                yield f"{one.kind} {stored.name} trusts others"


def _delete_what_is_left_out(
    store: Store, account: str, described: Sequence[Described]
) -> Iterator[str]:
    """Delete what files described once and describe no more; remember what they describe now."""
    marker = store.document(account, "", _APPLIED, _APPLIED_ID)
    before = [] if marker is None else marker.body["entities"]
    wanted = sorted([*one.key] for one in described)
    for kind, entity_id in before:
        stored = store.document(account, "", kind, entity_id)
        if stored is None or [kind, entity_id] in wanted:
            continue
        if kind == USER:
            _delete_keys(store, stored.parent)
        store.remove(stored)
        yield f"{kind} {stored.name} deleted"
    if before == wanted:
        return
    body = {"entities": wanted}
    if marker is None:
        store.put(Document(account=account, kind=_APPLIED, id=_APPLIED_ID, body=body))
    else:
        store.put(replace(marker, body=body))


def _completed(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Add what files written by hand leave out and AWS never does."""
    if "AttachedManagedPolicies" in body:
        body["AttachedManagedPolicies"] = [
            {"PolicyName": one["PolicyArn"].rpartition("/")[2], **one}
            for one in body["AttachedManagedPolicies"]
        ]
    if "PermissionsBoundary" in body:
        boundary = {"PermissionsBoundaryType": "Policy", **body["PermissionsBoundary"]}
        body["PermissionsBoundary"] = boundary
    if kind == POLICY:
        body.setdefault("IsAttachable", True)
        body.setdefault("UpdateDate", body["CreateDate"])
        numbers = [version_number(version) for version in body["PolicyVersionList"]]
        body[LATEST] = max(body.get(LATEST, 0), *numbers)
        body["PolicyVersionList"] = [
            {"CreateDate": body["CreateDate"], **version} for version in body["PolicyVersionList"]
        ]
    return body


def _delete_keys(store: Store, principal_id: str) -> None:
    for key in store.access_keys_of(principal_id) if principal_id else ():
        store.delete_access_key(key.id)
        store.forget_use(key.id)


def _check_ids(store: Store, account: str, described: Sequence[Described]) -> None:
    """See that nobody else has a unique id of the files."""
    for one in described:
        unique_id = one.body.get(IDS[one.kind])
        if unique_id is None or one.kind == POLICY:
            continue
        for holder in store.belonging(one.kind, unique_id):
            if (holder.account, holder.id) != (account, one.key[1]):
                raise FileError(
                    f"{one.place}: {unique_id} is the unique id of {holder.kind} {holder.name} of "
                    f"account {holder.account} as well"
                )


def _check_nothing_dangles(store: Store, account: str) -> None:
    """See that what was made through the AWS endpoint still has what it needs."""
    for kind in (USER, GROUP, ROLE):
        for holder in store.documents(kind, account=account):
            body = holder.body
            missing = [
                group
                for group in body.get("GroupList") or ()
                if find_entity(store, account, GROUP, group) is None
            ]
            arns = [one["PolicyArn"] for one in body.get("AttachedManagedPolicies") or ()]
            boundary = (body.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
            arns += [] if boundary is None else [boundary]
            missing += [arn for arn in arns if find_policy(store, account, arn) is None]
            if missing:
                raise FileError(
                    f"account {account}: the files no longer describe {missing[0]}, but "
                    f"{holder.kind} {holder.name} needs it; describe it, or change the "
                    f"{holder.kind.removeprefix('iam/')} first"
                )
