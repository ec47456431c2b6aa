"""Access keys of users and of root."""

from typing import Any

from gatelodge import iam
from gatelodge.control.call import Call
from gatelodge.control.fault import Fault
from gatelodge.control.iam import entities, faults
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.users import own_name
from gatelodge.control.operations import Output, operation
from gatelodge.store import AccessKey
from gatelodge.world.iam_entities import USER, find_by_id
from gatelodge.world.issue_keys import issue_key

MOST = 2
_STATUS = {True: "Active", False: "Inactive"}


class _Owner:
    """Whose keys are meant: a user, or the account's root."""

    __slots__ = ("arn", "id", "name")

    def __init__(self, call: Call, name: str | None) -> None:
        if name is None and call.signer.principal.kind is iam.PrincipalKind.ROOT:
            self.id, self.arn = call.account, f"arn:{call.partition}:iam::{call.account}:root"
            self.name = None
            return
        user = entities.need(call, USER, own_name(call) if name is None else name)
        self.id, self.arn = user.parent, str(user.body["Arn"])
        self.name = user.name


@operation("iam", "CreateAccessKey")
def create_access_key(call: Call, *, UserName: str | None = None) -> Output:
    """Make an access key; its secret is shown this once."""
    owner = _Owner(call, UserName)
    if len(call.store.access_keys_of(owner.id)) >= MOST:
        raise faults.quota("AccessKeysPerUser", MOST)
    issued = issue_key(call.store, call.master, call.account, owner.arn, now=call.now)
    key = call.store.access_key(issued.access_key_id)
    if key is None:
        raise RuntimeError("a key that was just made is missing")
    return {"AccessKey": {**_show(owner, key), "SecretAccessKey": issued.secret}}


@operation("iam", "ListAccessKeys")
def list_access_keys(call: Call, *, UserName: str | None = None, **paging: Any) -> Output:
    """List access keys without their secrets."""
    owner = _Owner(call, UserName)
    keys = call.store.access_keys_of(owner.id)
    return page(
        "AccessKeyMetadata", keys, lambda key: key.id, lambda key: _show(owner, key), **paging
    )


@operation("iam", "UpdateAccessKey")
def update_access_key(
    call: Call, *, AccessKeyId: str, Status: str, UserName: str | None = None
) -> None:
    """Activate or deactivate an access key."""
    _need(call, _Owner(call, UserName), AccessKeyId)
    if Status not in _STATUS.values():  # AWS's model has a third, which only AWS itself sets
        raise faults.constraint("status", "satisfy enum value set: [Active, Inactive]")
    call.store.set_access_key_active(AccessKeyId, active=Status == "Active")


@operation("iam", "DeleteAccessKey")
def delete_access_key(call: Call, *, AccessKeyId: str, UserName: str | None = None) -> None:
    """Delete an access key."""
    _need(call, _Owner(call, UserName), AccessKeyId)
    call.store.delete_access_key(AccessKeyId)
    call.store.forget_use(AccessKeyId)


@operation("iam", "GetAccessKeyLastUsed")
def get_access_key_last_used(call: Call, *, AccessKeyId: str) -> Output:
    """Say when a key was last used, for what and where."""
    key = call.store.access_key(AccessKeyId)
    if key is None or key.account != call.account:
        # AWS does not say whether there is such a key elsewhere.
        raise Fault(
            "AccessDenied",
            f"User: {call.signer.principal.arn} is not authorized to perform "
            f"iam:GetAccessKeyLastUsed on resource: access key {AccessKeyId}",
            403,
        )
    use = call.store.last_use(AccessKeyId)
    told: dict[str, Any] = {"ServiceName": "N/A", "Region": "N/A"}
    if use is not None:
        told = {
            "LastUsedDate": entities.date(use.used),
            "ServiceName": use.service,
            "Region": use.region,
        }
    user = find_by_id(call.store, key.principal_id)
    named = {} if user is None else {"UserName": user.name}
    return {**named, "AccessKeyLastUsed": told}


def _need(call: Call, owner: _Owner, key_id: str) -> AccessKey:
    key = call.store.access_key(key_id)
    if key is None or key.principal_id != owner.id:
        raise faults.no_such(f"The Access Key with id {key_id} cannot be found.")
    return key


def _show(owner: _Owner, key: AccessKey) -> dict[str, Any]:
    shown = {
        "AccessKeyId": key.id,
        "Status": _STATUS[key.active],
        "CreateDate": entities.date(key.created),
    }
    return shown if owner.name is None else {"UserName": owner.name, **shown}
