"""Pools and their app clients, as the store keeps them: AWS-shaped documents, read."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from gatelodge.store import Document, MasterKey, Store
from gatelodge.userpools.refusal import no_client, no_pool, not_authorized

POOL_KIND = "cognito-idp/pool"
CLIENT_KIND = "cognito-idp/client"
GROUP_KIND = "cognito-idp/group"
SERVER_KIND = "cognito-idp/resource-server"
DOMAIN_KIND = "cognito-idp/domain"
SEALED = "sealed"
"""The member of a client's document that holds its secret; no operation shows it."""
ALIASES = ("email", "phone_number", "preferred_username")
INDEXED = (*ALIASES, "name", "given_name", "family_name")
"""The attributes by which users are found and listed."""
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_LEGACY = {"ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"}


class Pool:
    """One user pool."""

    __slots__ = ("account", "body", "document", "id", "region")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.body: Mapping[str, Any] = document.body
        self.id = document.id
        self.account = document.account
        self.region = document.region

    @property
    def arn(self) -> str:
        """The pool's ARN."""
        return str(self.body["Arn"])

    @property
    def name_part(self) -> str:
        """What follows the underscore in the id: it goes into every password's hash."""
        return self.id.partition("_")[2]

    def key(self, name: str) -> str:
        """Write a username or an attribute as this pool compares it."""
        configured = self.body.get("UsernameConfiguration", {})
        return name if configured.get("CaseSensitive", True) else name.lower()

    @property
    def username_attributes(self) -> list[str]:
        """The attributes that stand for a username; then the username itself is the sub."""
        return list(self.body.get("UsernameAttributes", ()))

    @property
    def sign_in_attributes(self) -> list[str]:
        """The attributes by which a user can sign in beside the username, if verified."""
        return self.username_attributes or list(self.body.get("AliasAttributes", ()))

    @property
    def password_policy(self) -> Mapping[str, Any]:
        """The password policy, with the API's defaults."""
        written: Mapping[str, Any] = self.body.get("Policies", {}).get("PasswordPolicy", {})
        return {
            "MinimumLength": 8,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "TemporaryPasswordValidityDays": 7,
            "PasswordHistorySize": 0,
            **written,
        }

    def indexed(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """Give what a user is found by, as it is compared."""
        return {name: self.key(attributes[name]) for name in INDEXED if name in attributes}

    def schema(self) -> dict[str, Mapping[str, Any]]:
        """Give the attributes of users by name."""
        return {str(a["Name"]): a for a in self.body["SchemaAttributes"]}


class Client:
    """One app client of a pool."""

    __slots__ = ("body", "document", "id")

    def __init__(self, document: Document) -> None:
        self.document = document
        self.body: Mapping[str, Any] = document.body
        self.id = document.id

    @property
    def has_secret(self) -> bool:
        """Whether the client has a secret, which every call must prove then."""
        return SEALED in self.body

    def secret(self, master: MasterKey) -> str | None:
        """Open the client's secret; None without one. Raises SealError."""
        sealed = self.body.get(SEALED)
        if sealed is None:
            return None
        return master.open(b64decode(sealed), f"client {self.id}").decode()

    def allows(self, flow: str) -> bool:
        """Tell whether an authentication flow is enabled: `USER_SRP_AUTH` and its like."""
        flows = set(self.body.get("ExplicitAuthFlows", ()))
        if not flows:
            return flow in {"USER_SRP_AUTH", "REFRESH_TOKEN_AUTH", "CUSTOM_AUTH"}
        if flows & _LEGACY:
            if flow == "ADMIN_USER_PASSWORD_AUTH":
                return "ADMIN_NO_SRP_AUTH" in flows
            if flow == "USER_PASSWORD_AUTH":
                return "USER_PASSWORD_AUTH" in flows
            return flow == "REFRESH_TOKEN_AUTH" or "CUSTOM_AUTH_FLOW_ONLY" not in flows
        return f"ALLOW_{flow}" in flows

    @property
    def hides_users(self) -> bool:
        """Whether nobody is to learn which users exist."""
        return self.body.get("PreventUserExistenceErrors") == "ENABLED"

    @property
    def revocable(self) -> bool:
        """Whether tokens carry what they are revoked by."""
        return bool(self.body.get("EnableTokenRevocation", True))

    @property
    def rotates(self) -> bool:
        """Whether a refresh token counts once only."""
        return bool(self.body.get("RefreshTokenRotation", {}).get("Feature") == "ENABLED")

    def validity(self, kind: str) -> int:
        """Give the seconds that tokens are valid; kind: AccessToken, IdToken, RefreshToken."""
        unit = "days" if kind == "RefreshToken" else "hours"
        unit = self.body.get("TokenValidityUnits", {}).get(kind, unit)
        number = self.body.get(f"{kind}Validity") or (30 if kind == "RefreshToken" else 0)
        return int(number) * _UNITS[unit] or 3_600

    @property
    def session_seconds(self) -> int:
        """How long a challenge may be answered."""
        return int(self.body.get("AuthSessionValidity", 3)) * 60


def find_pool(store: Store, pool_id: str, account: str | None = None) -> Pool:
    """Find a pool, of one account or whosever. Raises Refused."""
    for document in store.named(POOL_KIND, pool_id):
        if account is None or document.account == account:
            return Pool(document)
    raise no_pool(pool_id)


def find_client(store: Store, client_id: str) -> tuple[Pool, Client]:
    """Find a client and its pool by the client's id alone. Raises Refused."""
    for document in store.named(CLIENT_KIND, client_id):
        return find_pool(store, document.parent), Client(document)
    raise no_client(client_id)


def secret_hash(secret: str, username: str, client_id: str) -> str:
    """Make what a client proves its secret with (cognito.md section B3)."""
    digest = hmac.digest(secret.encode(), f"{username}{client_id}".encode(), hashlib.sha256)
    return b64encode(digest).decode()


def check_secret_hash(
    client: Client, master: MasterKey, given: str | None, *usernames: str
) -> None:
    """Check the proof that a client knows its secret, for one of these names. Raises Refused."""
    secret = client.secret(master)
    if secret is None:
        if given:
            raise not_authorized(f"Unable to verify secret hash for client {client.id}")
        return
    if not given:
        raise not_authorized(
            f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        )
    good = [
        hmac.compare_digest(secret_hash(secret, name, client.id).encode(), given.encode())
        for name in usernames
    ]
    if not any(good):
        raise not_authorized(f"Unable to verify secret hash for client {client.id}")
