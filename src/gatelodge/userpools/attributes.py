"""Attributes of users: which a pool has, what may stand in them, who may read and write them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from gatelodge.userpools.pool import Client, Pool
from gatelodge.userpools.refusal import invalid, not_authorized

_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,255}")
_PHONE = re.compile(r"\+[0-9]{2,15}", re.ASCII)
VERIFIED = {"email": "email_verified", "phone_number": "phone_number_verified"}
_BOOLEANS = frozenset(VERIFIED.values())
_MAX_ADDRESS = 2_048
_TEXTS = (
    "profile address birthdate gender preferred_username website picture zoneinfo locale email "
    "name given_name family_name middle_name nickname phone_number"
)
STANDARD: Mapping[str, str] = {
    **dict.fromkeys(_TEXTS.split(), "String"),
    "updated_at": "Number",
    "email_verified": "Boolean",
    "phone_number_verified": "Boolean",
}
"""OpenID Connect's claims, which every pool has, and their types."""


def schema_attributes(written: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Complete a new pool's schema: the standard attributes, and custom ones. Raises Refused."""
    given = {str(a.get("Name", "")): dict(a) for a in written}
    complete = [
        {"Name": "sub", "AttributeDataType": "String", "DeveloperOnlyAttribute": False,
         "Mutable": False, "Required": True,
         "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"}}
    ]  # fmt: skip
    for name, kind in STANDARD.items():
        attribute = {"Name": name, "AttributeDataType": kind, "DeveloperOnlyAttribute": False,
                     "Mutable": True, "Required": False}  # fmt: skip
        if kind == "String":
            attribute["StringAttributeConstraints"] = {"MinLength": "0", "MaxLength": "2048"}
        if kind == "Number":
            attribute["NumberAttributeConstraints"] = {"MinValue": "0"}
        own = given.pop(name, {})
        complete.append({**attribute, **{n: v for n, v in own.items() if v is not None}})
    return complete + [custom_attribute(attribute) for attribute in given.values()]


def custom_attribute(written: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a custom attribute. Raises Refused."""
    name = str(written.get("Name", ""))
    if written.get("Required"):
        raise invalid("Required custom attributes are not supported currently.")
    prefix = "dev:custom:" if written.get("DeveloperOnlyAttribute") else "custom:"
    kind = written.get("AttributeDataType", "String")
    attribute = {"Name": f"{prefix}{name.removeprefix(prefix)}", "AttributeDataType": kind,
                 "DeveloperOnlyAttribute": bool(written.get("DeveloperOnlyAttribute")),
                 "Mutable": written.get("Mutable", True), "Required": False}  # fmt: skip
    for constraints in ("StringAttributeConstraints", "NumberAttributeConstraints"):
        if written.get(constraints) is not None:
            attribute[constraints] = written[constraints]
    return attribute


def read_list(written: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Read AWS's list of Name and Value."""
    return {str(a["Name"]): str(a.get("Value") or "") for a in written or ()}


def write_list(sub: str, attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Write AWS's list of Name and Value, sub included."""
    return [{"Name": name, "Value": value} for name, value in {**attributes, "sub": sub}.items()]


def check(pool: Pool, attributes: Mapping[str, str], *, new: bool = False) -> None:
    """Check values against the pool's schema; new: of a user that is made. Raises Refused."""
    schema = pool.schema()
    for name, value in attributes.items():
        described = schema.get(name)
        if described is None or name == "sub":
            raise invalid(
                "Attributes did not conform to the schema: "
                f"{name[:200]}: Attribute does not exist in the schema.\n"
            )
        if not new and not described.get("Mutable", True):
            raise invalid(f"user.{name}: Attribute cannot be updated.\n")
        _check_value(name, value, described)
    if new:
        for name, described in schema.items():
            if described.get("Required") and name != "sub" and not attributes.get(name):
                raise invalid(
                    f"Attributes did not conform to the schema: {name}: The attribute {name} is "
                    "required\n"
                )


def _check_value(name: str, value: str, described: Mapping[str, Any]) -> None:
    if name == "email" and value and not _EMAIL.fullmatch(value):
        raise invalid("Invalid email address format.")
    if name == "phone_number" and value and not _PHONE.fullmatch(value):
        raise invalid("Invalid phone number format.")
    if name in _BOOLEANS and value.lower() not in {"true", "false"}:
        raise invalid(f"user.{name}: The attribute is true or false.\n")
    bounds = described.get("StringAttributeConstraints", {})
    least, most = int(bounds.get("MinLength") or 0), int(bounds.get("MaxLength") or _MAX_ADDRESS)
    if not least <= len(value) <= max(most, 0):
        raise invalid(
            f"Attributes did not conform to the schema: {name}: The length is from {least} to "
            f"{most}\n"
        )
    if described.get("AttributeDataType") == "Number" and value:
        if not re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII):
            raise invalid(f"Attributes did not conform to the schema: {name}: not a number\n")
        bounds = described.get("NumberAttributeConstraints", {})
        low, high = bounds.get("MinValue"), bounds.get("MaxValue")
        if (low and int(value) < int(low)) or (high and int(value) > int(high)):
            raise invalid(f"Attributes did not conform to the schema: {name}: out of range\n")


def check_writable(client: Client, names: Iterable[str]) -> None:
    """Refuse attributes that a client may not write, and those that say what was verified."""
    allowed = client.body.get("WriteAttributes")
    for name in names:
        if name in _BOOLEANS or name.startswith("dev:") or (allowed and name not in allowed):
            raise not_authorized("A client attempted to write unauthorized attribute")


def readable(client: Client, attributes: Mapping[str, str]) -> dict[str, str]:
    """Leave what a client may read."""
    allowed = client.body.get("ReadAttributes")
    return {
        name: value
        for name, value in attributes.items()
        if not name.startswith("dev:") and (not allowed or name in allowed)
    }


def is_verified(attributes: Mapping[str, str], name: str) -> bool:
    """Tell whether an address was verified."""
    return attributes.get(VERIFIED.get(name, ""), "").lower() == "true"
