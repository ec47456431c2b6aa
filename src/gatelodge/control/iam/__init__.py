"""AWS Identity and Access Management (control-plane.md section 4).

Documents stand in the store as world/iam_entities.py says, AWS-shaped; workers judge calls with the
very same documents.
"""

from gatelodge.control.iam import (
    access_keys,
    account,
    attachments,
    authorization_details,
    boundaries,
    context_keys,
    groups,
    inline_policies,
    managed_policies,
    oidc_providers,
    policy_versions,
    roles,
    simulation,
    tags,
    users,
)
from gatelodge.control.iam.permissions import checks
from gatelodge.control.operations import Service, collect

SERVICE = Service(
    "iam",
    collect(
        "iam",
        users,
        groups,
        roles,
        managed_policies,
        policy_versions,
        attachments,
        boundaries,
        inline_policies,
        tags,
        access_keys,
        oidc_providers,
        account,
        authorization_details,
        simulation,
        context_keys,
    ),
    checks,
)
