"""Users, as administrators see them (reference cognito.md section B4)."""

from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.cognito_idp.operation import client_of, now, operation, pool_of, tools
from gatelodge.control.operations import Output
from gatelodge.userpools import accounts, administration, sign_in, users
from gatelodge.userpools import attributes as attr
from gatelodge.userpools.listing import list_users as list_page
from gatelodge.userpools.refusal import invalid, not_supported

Pairs = list[Mapping[str, Any]]
_ADMIN_FLOWS = {
    "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN", "USER_PASSWORD_AUTH",
}  # fmt: skip


@operation("AdminCreateUser")
def admin_create_user(
    call: Call,
    *,
    UserPoolId: str,
    Username: str,
    UserAttributes: Pairs | None = None,
    TemporaryPassword: str | None = None,
    MessageAction: str | None = None,
    DesiredDeliveryMediums: list[str] | None = None,
    **rest: Any,
) -> Output:
    """Make a user with a temporary password."""
    if rest.get("ForceAliasCreation"):
        raise not_supported("ForceAliasCreation")
    user = administration.create_user(
        tools(call),
        pool_of(call, UserPoolId),
        Username,
        attr.read_list(UserAttributes),
        TemporaryPassword,
        now(call),
        action=MessageAction,
        mediums=DesiredDeliveryMediums,
    )
    return {"User": administration.shown(user)}


@operation("AdminSetUserPassword")
def admin_set_user_password(
    call: Call,
    *,
    UserPoolId: str,
    Username: str,
    Password: str,
    Permanent: bool = False,
    **rest: Any,
) -> Output:
    """Set a user's password, for good or until the first sign-in."""
    pool = pool_of(call, UserPoolId)
    administration.set_password(
        tools(call), pool, Username, Password, now(call), permanent=Permanent
    )
    return {}


@operation("AdminConfirmSignUp")
def admin_confirm_sign_up(call: Call, *, UserPoolId: str, Username: str, **rest: Any) -> Output:
    """Confirm a user without a code."""
    administration.confirm_sign_up(tools(call), pool_of(call, UserPoolId), Username, now(call))
    return {}


@operation("AdminGetUser")
def admin_get_user(call: Call, *, UserPoolId: str, Username: str, **rest: Any) -> Output:
    """Tell everything about a user."""
    shown = administration.shown(users.get(call.store, pool_of(call, UserPoolId), Username))
    shown["UserAttributes"] = shown.pop("Attributes")
    return shown


@operation("AdminEnableUser")
def admin_enable_user(call: Call, *, UserPoolId: str, Username: str, **rest: Any) -> Output:
    """Let a user sign in again."""
    pool = pool_of(call, UserPoolId)
    administration.set_enabled(tools(call), pool, Username, now(call), enabled=True)
    return {}


@operation("AdminDisableUser")
def admin_disable_user(call: Call, *, UserPoolId: str, Username: str, **rest: Any) -> Output:
    """Let a user sign in no more, and make its refresh tokens void."""
    pool = pool_of(call, UserPoolId)
    administration.set_enabled(tools(call), pool, Username, now(call), enabled=False)
    return {}


@operation("AdminDeleteUser")
def admin_delete_user(call: Call, *, UserPoolId: str, Username: str, **rest: Any) -> Output:
    """Delete a user."""
    administration.delete_user(tools(call), pool_of(call, UserPoolId), Username)
    return None


@operation("AdminResetUserPassword")
def admin_reset_user_password(call: Call, *, UserPoolId: str, Username: str, **rest: Any) -> Output:
    """Make a user's password void and send a code for a new one."""
    administration.reset_password(tools(call), pool_of(call, UserPoolId), Username, now(call))
    return {}


@operation("AdminUpdateUserAttributes")
def admin_update_user_attributes(
    call: Call, *, UserPoolId: str, Username: str, UserAttributes: Pairs, **rest: Any
) -> Output:
    """Change a user's attributes, verified or not."""
    pool = pool_of(call, UserPoolId)
    attributes = attr.read_list(UserAttributes)
    administration.update_attributes(tools(call), pool, Username, attributes, now(call))
    return {}


@operation("AdminDeleteUserAttributes")
def admin_delete_user_attributes(
    call: Call, *, UserPoolId: str, Username: str, UserAttributeNames: list[str], **rest: Any
) -> Output:
    """Take attributes from a user."""
    pool = pool_of(call, UserPoolId)
    user = users.get(call.store, pool, Username)
    return accounts.delete_attributes(tools(call), pool, user, UserAttributeNames, now(call))


@operation("AdminUserGlobalSignOut")
def admin_user_global_sign_out(
    call: Call, *, UserPoolId: str, Username: str, **rest: Any
) -> Output:
    """Make everything void that a user was issued."""
    pool = pool_of(call, UserPoolId)
    user = users.get(call.store, pool, Username)
    return accounts.sign_out_everywhere(tools(call), pool, user, now(call))


@operation("ListUsers")
def list_users(
    call: Call,
    *,
    UserPoolId: str,
    AttributesToGet: list[str] | None = None,
    Limit: int | None = None,
    PaginationToken: str | None = None,
    Filter: str | None = None,
    **rest: Any,
) -> Output:
    """List users, all or by a filter."""
    pool = pool_of(call, UserPoolId)
    found, token = list_page(call.store, pool, Filter, PaginationToken, Limit or None)
    answer: dict[str, Any] = {
        "Users": [administration.shown(user, AttributesToGet) for user in found]
    }
    return answer if token is None else {**answer, "PaginationToken": token}


@operation("AdminInitiateAuth")
def admin_initiate_auth(
    call: Call,
    *,
    UserPoolId: str,
    ClientId: str,
    AuthFlow: str,
    AuthParameters: Mapping[str, str] | None = None,
    **rest: Any,
) -> Output:
    """Begin a sign-in on a server."""
    pool, client = client_of(call, UserPoolId, ClientId)
    if AuthFlow not in _ADMIN_FLOWS:
        raise invalid("Auth flow not enabled for this client")
    flow = "ADMIN_USER_PASSWORD_AUTH" if AuthFlow == "ADMIN_NO_SRP_AUTH" else AuthFlow
    return sign_in.initiate(tools(call), pool, client, flow, AuthParameters or {}, now(call))


@operation("AdminRespondToAuthChallenge")
def admin_respond_to_auth_challenge(
    call: Call,
    *,
    UserPoolId: str,
    ClientId: str,
    ChallengeName: str,
    ChallengeResponses: Mapping[str, str] | None = None,
    Session: str | None = None,
    **rest: Any,
) -> Output:
    """Go on with a sign-in on a server."""
    pool, client = client_of(call, UserPoolId, ClientId)
    responses = ChallengeResponses or {}
    return sign_in.respond(tools(call), pool, client, ChallengeName, responses, Session, now(call))
