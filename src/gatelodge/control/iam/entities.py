"""Reading and writing users, groups, roles and policies; how each is shown.

Called inside the transaction of an operation, so that what was read is still so when it is written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import faults
from gatelodge.control.iam.names import WORDS
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, NAMES, POLICY, ROLE, USER, entity, find_entity
from gatelodge.world.unique_ids import unique_id

_PREFIXES = {USER: "AIDA", GROUP: "AGPA", ROLE: "AROA", POLICY: "ANPA"}
_QUOTAS = {
    USER: ("UsersPerAccount", 5000),
    GROUP: ("GroupsPerAccount", 300),
    ROLE: ("RolesPerAccount", 1000),
    POLICY: ("PoliciesPerAccount", 1500),
}
_DATES = ("CreateDate", "UpdateDate")
Body = Mapping[str, Any]


def now(call: Call) -> str:
    """Write the time of a call as documents keep it."""
    return call.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def date(text: str) -> datetime:
    """Read a time as documents keep it."""
    return datetime.fromisoformat(text)


def new_id(kind: str) -> str:
    """Make the unique id of a new entity."""
    return unique_id(_PREFIXES[kind])


def need(call: Call, kind: str, name: str) -> Document:
    """Find an entity of the called account by its name. Raises Fault."""
    found = find_entity(call.store, call.account, kind, name)
    if found is None:
        raise faults.no_such(f"The {WORDS[kind]} with name {name} cannot be found.")
    return found


def listed(call: Call, kind: str, prefix: str | None = None) -> list[Document]:
    """List the entities of the called account whose path begins so."""
    found = call.store.documents(kind, account=call.account)
    return [d for d in found if path_of(d.body).startswith(prefix or "/")]


def path_of(body: Body) -> str:
    """Give an entity's path; files written by hand leave it out."""
    return str(body.get("Path", "/"))


def create(call: Call, kind: str, body: Body) -> Document:
    """Store a new entity. Raises Fault when its name is taken or the quota is used up."""
    document = entity(kind, call.account, body)
    if call.store.document(call.account, "", kind, document.id) is not None:
        name = body[NAMES[kind]]
        if kind == POLICY:
            raise faults.exists(
                f"A policy called {name} already exists. Duplicate names are not allowed."
            )
        raise faults.exists(f"{WORDS[kind].capitalize()} with name {name} already exists.")
    quota, most = _QUOTAS[kind]
    if call.store.count(kind, call.account) >= most:
        raise faults.quota(quota, most)
    return call.store.put(document)


def replace(call: Call, document: Document, body: Body) -> Document:
    """Store another body of an entity, whose name may be another as well. Raises Fault."""
    moved = entity(document.kind, call.account, body)
    if moved.id == document.id:
        return call.store.put(_at_version(moved, document.version))
    call.store.remove(document)
    if call.store.document(call.account, "", document.kind, moved.id) is not None:
        word = WORDS[document.kind].capitalize()
        raise faults.exists(f"{word} with name {moved.name} already exists.")
    return call.store.put(moved)


def edited(body: Body, **members: Any) -> Body:
    """Give a body with other members; those that are None or an empty list are left out."""
    merged = {**body, **members}
    return {name: value for name, value in merged.items() if value is not None and value != []}


def show(body: Body, members: Sequence[str]) -> dict[str, Any]:
    """Give those members of a body that are there, dates as dates."""
    return {
        name: date(body[name]) if name in _DATES else body[name]
        for name in members
        if body.get(name)
    }


def _at_version(document: Document, version: int) -> Document:
    return Document(
        account=document.account,
        kind=document.kind,
        id=document.id,
        parent=document.parent,
        name=document.name,
        body=document.body,
        version=version,
        created=document.created,
    )
