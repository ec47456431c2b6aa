"""What users do themselves, without a signature (reference cognito.md sections B1, B4, B5, B9)."""

import hmac
from collections.abc import Mapping
from typing import Any

from gatelodge.control.call import Call
from gatelodge.control.cognito_idp.operation import now, operation, tools
from gatelodge.control.operations import Output
from gatelodge.userpools import accounts, oauth, sign_in, tokens
from gatelodge.userpools import attributes as attr
from gatelodge.userpools.pool import Client, Pool, find_client
from gatelodge.userpools.refusal import Refused, invalid, not_authorized

Pairs = list[Mapping[str, Any]]


@operation("SignUp")
def sign_up(
    call: Call,
    *,
    ClientId: str,
    Username: str,
    Password: str | None = None,
    UserAttributes: Pairs | None = None,
    SecretHash: str | None = None,
    **rest: Any,
) -> Output:
    """Sign a new user up."""
    pool, client = find_client(call.store, ClientId)
    if not Password:
        raise invalid("Password is required")
    attributes = attr.read_list(UserAttributes)
    return accounts.sign_up(
        tools(call), pool, client, Username, Password, attributes, SecretHash, now(call)
    )


@operation("ConfirmSignUp")
def confirm_sign_up(
    call: Call,
    *,
    ClientId: str,
    Username: str,
    ConfirmationCode: str,
    ForceAliasCreation: bool = False,
    SecretHash: str | None = None,
    **rest: Any,
) -> Output:
    """Confirm a sign-up with the code that was sent."""
    pool, client = find_client(call.store, ClientId)
    return accounts.confirm_sign_up(
        tools(call),
        pool,
        client,
        Username,
        ConfirmationCode,
        SecretHash,
        now(call),
        force_alias=ForceAliasCreation,
    )


@operation("ResendConfirmationCode")
def resend_confirmation_code(
    call: Call, *, ClientId: str, Username: str, SecretHash: str | None = None, **rest: Any
) -> Output:
    """Send another code for a sign-up."""
    pool, client = find_client(call.store, ClientId)
    return accounts.resend(tools(call), pool, client, Username, SecretHash, now(call))


@operation("ForgotPassword")
def forgot_password(
    call: Call, *, ClientId: str, Username: str, SecretHash: str | None = None, **rest: Any
) -> Output:
    """Send a code by which a new password can be set."""
    pool, client = find_client(call.store, ClientId)
    return accounts.forgot_password(tools(call), pool, client, Username, SecretHash, now(call))


@operation("ConfirmForgotPassword")
def confirm_forgot_password(
    call: Call,
    *,
    ClientId: str,
    Username: str,
    ConfirmationCode: str,
    Password: str,
    SecretHash: str | None = None,
    **rest: Any,
) -> Output:
    """Set a new password with the code that was sent."""
    pool, client = find_client(call.store, ClientId)
    return accounts.confirm_forgot_password(
        tools(call), pool, client, Username, ConfirmationCode, Password, SecretHash, now(call)
    )


@operation("InitiateAuth")
def initiate_auth(
    call: Call,
    *,
    ClientId: str,
    AuthFlow: str,
    AuthParameters: Mapping[str, str] | None = None,
    **rest: Any,
) -> Output:
    """Begin a sign-in."""
    pool, client = find_client(call.store, ClientId)
    if AuthFlow.startswith("ADMIN_"):
        raise invalid("Initiate Auth method not supported.")
    return sign_in.initiate(tools(call), pool, client, AuthFlow, AuthParameters or {}, now(call))


@operation("RespondToAuthChallenge")
def respond_to_auth_challenge(
    call: Call,
    *,
    ClientId: str,
    ChallengeName: str,
    ChallengeResponses: Mapping[str, str] | None = None,
    Session: str | None = None,
    **rest: Any,
) -> Output:
    """Go on with a sign-in."""
    pool, client = find_client(call.store, ClientId)
    responses = ChallengeResponses or {}
    return sign_in.respond(tools(call), pool, client, ChallengeName, responses, Session, now(call))


@operation("GetTokensFromRefreshToken")
def get_tokens_from_refresh_token(
    call: Call,
    *,
    RefreshToken: str,
    ClientId: str,
    ClientSecret: str | None = None,
    **rest: Any,
) -> Output:
    """Issue new tokens for a refresh token, which is renewed where the client rotates them."""
    pool, client = _proven(call, ClientId, ClientSecret)
    if not client.rotates and not client.allows("REFRESH_TOKEN_AUTH"):
        raise invalid("Auth flow not enabled for this client")
    result, _ = sign_in.refresh(tools(call), pool, client, RefreshToken, now(call))
    return {"AuthenticationResult": result}


@operation("RevokeToken")
def revoke_token(
    call: Call, *, Token: str, ClientId: str, ClientSecret: str | None = None, **rest: Any
) -> Output:
    """Make a refresh token void, with the access tokens that came of it."""
    if rest.get("RevokeAssociatedSessions"):
        raise invalid("RevokeAssociatedSessions is not supported by gatelodge")
    _, client = _proven(call, ClientId, ClientSecret)
    try:
        oauth.revoke_token(tools(call), client, Token)
    except oauth.OAuthError as error:
        if error.code == "unsupported_token_type":
            raise Refused("UnsupportedTokenTypeException", "Unsupported token type") from None
        raise Refused(
            "UnsupportedOperationException", "Token revocation is not enabled for this client"
        ) from None
    return {}


@operation("GetUser")
def get_user(call: Call, *, AccessToken: str, **rest: Any) -> Output:
    """Tell users about themselves."""
    return accounts.get_user(tools(call), AccessToken, now(call))


@operation("GlobalSignOut")
def global_sign_out(call: Call, *, AccessToken: str, **rest: Any) -> Output:
    """Make everything void that a user was issued."""
    shown = tokens.read_access(tools(call), AccessToken, now(call))
    return accounts.sign_out_everywhere(tools(call), shown.pool, shown.user, now(call))


@operation("ChangePassword")
def change_password(
    call: Call,
    *,
    AccessToken: str,
    ProposedPassword: str,
    PreviousPassword: str | None = None,
    **rest: Any,
) -> Output:
    """Change the password of whoever knows the old one."""
    if not PreviousPassword:
        raise invalid("PreviousPassword is required")
    return accounts.change_password(
        tools(call), AccessToken, PreviousPassword, ProposedPassword, now(call)
    )


@operation("UpdateUserAttributes")
def update_user_attributes(
    call: Call, *, AccessToken: str, UserAttributes: Pairs, **rest: Any
) -> Output:
    """Change one's own attributes."""
    shown = tokens.read_access(tools(call), AccessToken, now(call))
    _, client = find_client(call.store, str(shown.claims["client_id"]))
    attributes = attr.read_list(UserAttributes)
    return accounts.update_attributes(tools(call), AccessToken, client, attributes, now(call))


@operation("DeleteUserAttributes")
def delete_user_attributes(
    call: Call, *, AccessToken: str, UserAttributeNames: list[str], **rest: Any
) -> Output:
    """Drop some of one's own attributes."""
    shown = tokens.read_access(tools(call), AccessToken, now(call))
    _, client = find_client(call.store, str(shown.claims["client_id"]))
    attr.check_writable(client, UserAttributeNames)
    return accounts.delete_attributes(
        tools(call), shown.pool, shown.user, UserAttributeNames, now(call)
    )


@operation("GetUserAttributeVerificationCode")
def get_user_attribute_verification_code(
    call: Call, *, AccessToken: str, AttributeName: str, **rest: Any
) -> Output:
    """Send a code that proves an address."""
    return accounts.send_attribute_code(tools(call), AccessToken, AttributeName, now(call))


@operation("VerifyUserAttribute")
def verify_user_attribute(
    call: Call, *, AccessToken: str, AttributeName: str, Code: str, **rest: Any
) -> Output:
    """Prove an address with the code that was sent to it."""
    return accounts.verify_attribute(tools(call), AccessToken, AttributeName, Code, now(call))


@operation("DeleteUser")
def delete_user(call: Call, *, AccessToken: str, **rest: Any) -> Output:
    """Delete oneself."""
    accounts.delete_user(tools(call), AccessToken, now(call))
    return None


def _proven(call: Call, client_id: str, given: str | None) -> tuple[Pool, Client]:
    """Find a client, which proves its secret if it has one. Raises Refused."""
    pool, client = find_client(call.store, client_id)
    secret = client.secret(call.master)
    if secret is not None and not hmac.compare_digest(secret.encode(), (given or "").encode()):
        raise not_authorized("Invalid client secret")
    return pool, client
