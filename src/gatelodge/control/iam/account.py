"""What belongs to an account as a whole: its alias, and how much of everything there is."""

import re
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.iam import faults
from gatelodge.control.iam.attachments import MOST as ATTACHED
from gatelodge.control.iam.groups import GROUPS_PER_USER
from gatelodge.control.iam.inline_policies import SIZES
from gatelodge.control.iam.oidc_providers import KIND as PROVIDER
from gatelodge.control.iam.pages import page
from gatelodge.control.iam.policy_documents import MANAGED_SIZE
from gatelodge.control.iam.policy_versions import VERSIONS
from gatelodge.control.iam.trust_policies import SIZE as TRUST_SIZE
from gatelodge.control.operations import Output, operation
from gatelodge.store import Document
from gatelodge.world.iam_entities import GROUP, POLICY, ROLE, USER

_ALIAS = "iam/alias"
_ID = "alias"
_FORM = re.compile(r"(?!\d{12}$)[a-z0-9](?:[a-z0-9]|-(?!-))*[a-z0-9]", re.ASCII)


@operation("iam", "CreateAccountAlias")
def create_account_alias(call: Call, *, AccountAlias: str) -> None:
    """Give the account an alias; it has one at most, and no two accounts have the same."""
    if not _FORM.fullmatch(AccountAlias):
        raise faults.invalid(
            "The specified value for accountAlias is invalid. It must contain only digits, "
            "lowercase letters, and hyphens (-), but cannot begin or end with a hyphen"
        )
    if any(d.name == AccountAlias for d in call.store.documents(_ALIAS)):
        raise faults.exists(f"The account alias {AccountAlias} already exists.")
    before = call.store.document(call.account, "", _ALIAS, _ID)
    if before is not None:
        call.store.remove(before)
    call.store.put(
        Document(
            account=call.account,
            kind=_ALIAS,
            id=_ID,
            name=AccountAlias,
            body={"AccountAlias": AccountAlias},
        )
    )


@operation("iam", "DeleteAccountAlias")
def delete_account_alias(call: Call, *, AccountAlias: str) -> None:
    """Take the account's alias away."""
    found = call.store.document(call.account, "", _ALIAS, _ID)
    if found is None or found.name != AccountAlias:
        raise faults.no_such(f"The account alias {AccountAlias} cannot be found.")
    call.store.remove(found)


@operation("iam", "ListAccountAliases")
def list_account_aliases(call: Call, **paging: Any) -> Output:
    """List the account's alias."""
    found = call.store.document(call.account, "", _ALIAS, _ID)
    names = [] if found is None else [found.name]
    return page("AccountAliases", names, str, str, **paging)


@operation("iam", "GetAccountSummary")
def get_account_summary(call: Call) -> Output:
    """Count what there is, and tell the quotas."""

    def count(kind: str) -> int:
        return call.store.count(kind, call.account)

    policies = call.store.documents(POLICY, account=call.account)
    own = [d for d in policies if not d.id.startswith("arn:")]
    root_keys = [key for key in call.store.access_keys_of(call.account) if key.active]
    return {
        "SummaryMap": {
            "Users": count(USER),
            "UsersQuota": 5000,
            "Groups": count(GROUP),
            "GroupsQuota": 300,
            "GroupsPerUserQuota": GROUPS_PER_USER,
            "Roles": count(ROLE),
            "RolesQuota": 1000,
            "Policies": len(own),
            "PoliciesQuota": 1500,
            "PolicySizeQuota": MANAGED_SIZE,
            "PolicyVersionsInUse": sum(len(d.body["PolicyVersionList"]) for d in own),
            "PolicyVersionsInUseQuota": 10_000,
            "VersionsPerPolicyQuota": VERSIONS,
            "AttachedPoliciesPerUserQuota": ATTACHED,
            "AttachedPoliciesPerGroupQuota": ATTACHED,
            "AttachedPoliciesPerRoleQuota": ATTACHED,
            "UserPolicySizeQuota": SIZES[USER],
            "GroupPolicySizeQuota": SIZES[GROUP],
            "RolePolicySizeQuota": SIZES[ROLE],
            "AssumeRolePolicySizeQuota": TRUST_SIZE,
            "AccessKeysPerUserQuota": 2,
            "AccountAccessKeysPresent": int(bool(root_keys)),
            "AccountMFAEnabled": 0,
            "AccountPasswordPresent": 0,
            "AccountSigningCertificatesPresent": 0,
            "GlobalEndpointTokenVersion": 1,
            "InstanceProfiles": 0,
            "InstanceProfilesQuota": 1000,
            "MFADevices": 0,
            "MFADevicesInUse": 0,
            "Providers": count(PROVIDER),
            "ServerCertificates": 0,
            "ServerCertificatesQuota": 20,
            "SigningCertificatesPerUserQuota": 2,
        }
    }
