"""Amazon Cognito user pools: thin operations over `userpools/` (reference cognito.md part B)."""

from gatelodge.control.cognito_idp import account, admin, clients, groups, pools
from gatelodge.control.cognito_idp.permissions import checks
from gatelodge.control.operations import Service, collect

_BY_USERS = frozenset(collect("cognito-idp", account))
_LONG = frozenset(
    {
        "CreateUserPool",
        "AdminCreateUser",
        "AdminSetUserPassword",
        "AdminResetUserPassword",
        "AdminInitiateAuth",
        "AdminRespondToAuthChallenge",
    }
)
SERVICE = Service(
    "cognito-idp",
    collect("cognito-idp", account, admin, clients, groups, pools),
    checks,
    unsigned=_BY_USERS,
    own_transactions=_BY_USERS | _LONG,
)
