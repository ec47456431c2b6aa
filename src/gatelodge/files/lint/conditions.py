"""Conditions that never hold, always hold, or hold for others than was meant."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from gatelodge.files.lint.finding import Finding, Subject
from gatelodge.iam.conditions import Condition
from gatelodge.iam.dates import read_date
from gatelodge.iam.operators import Family, read_network

_PRIVATE = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
# What API Gateway supplies to resource policies (resource-policy.md section 2), and the prefixes of
# keys with a name of their own.
_SUPPLIED = _PRIVATE | {
    "aws:currenttime",
    "aws:epochtime",
    "aws:securetransport",
    "aws:sourceip",
    "aws:referer",
    "aws:useragent",
    "aws:sourcearn",
    "aws:tokenissuetime",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
    "execute-api:viadomainarn",
}
_TAGS = "aws:principaltag/"


def check_conditions(subject: Subject) -> Iterator[Finding]:
    """Find conditions that do not do what they seem to."""
    for condition in subject.statement.conditions:
        yield from _check_values(subject, condition)
        yield from _check_key(subject, condition)
        yield from _check_absence(subject, condition)
    yield from _check_together(subject)


def _check_values(subject: Subject, condition: Condition) -> Iterator[Finding]:
    operator = condition.operator
    for position, value in enumerate(condition.values):
        place = subject.place(condition, position)
        if operator.family is Family.IP:
            network = read_network(value)
            if network not in (value, f"{value}/32", f"{value}/128", None) and "/" in value:
                yield Finding(place, f"{value} has host bits set", f"it means {network}")
        literal = value.replace("${*}", "").replace("${?}", "")
        if operator.family is Family.STRING and not operator.wildcards and "*" in literal:
            like = "StringNotLike" if operator.negated else "StringLike"
            yield Finding(
                place, f"{value}: {operator.name} takes * literally", f"use {like} for a pattern"
            )
        session = ":assumed-role/" in value and condition.key == "aws:principalarn"
        if session:
            yield Finding(
                place,
                f"{value}: of a session, {condition.key_written} is the ARN of its role",
                "name the role, or use aws:userid",
            )


def _check_key(subject: Subject, condition: Condition) -> Iterator[Finding]:
    key, place = condition.key, subject.place(condition)
    if key in _PRIVATE:
        yield Finding(
            place,
            f"{condition.key_written} is present for private APIs only",
            "use aws:SourceIp for regional and edge APIs",
        )
    supplied = key in _SUPPLIED or key.startswith(_TAGS)
    if subject.in_resource_policy and not supplied:
        yield Finding(
            place,
            f"API Gateway does not supply {condition.key_written} to resource policies",
            "use a key of its documented list",
        )


def _check_absence(subject: Subject, condition: Condition) -> Iterator[Finding]:
    """What an absent key does here."""
    statement, place = subject.statement, subject.place(condition)
    negated = condition.operator.negated and condition.quantifier is None
    if not statement.allow and negated and condition.key.startswith("aws:principal"):
        yield Finding(
            place,
            f"{condition.key_written} is absent for callers without IAM credentials, and a negated "
            "operator holds then: this denies all of them",
            "put such methods under AWS_IAM, or add a Null condition",
        )
    guarded = any(
        other.operator.family is Family.NULL and other.key == condition.key
        for other in statement.conditions
    )
    if statement.allow and condition.quantifier == "ForAllValues" and not guarded:
        yield Finding(
            place,
            f"ForAllValues holds when {condition.key_written} is absent: this allows then",
            f'add "Null": {{"{condition.key_written}": "false"}}',
        )
    mfa = condition.key == "aws:multifactorauthpresent" and condition.name == "Bool"
    if not statement.allow and mfa and "false" in [value.lower() for value in condition.values]:
        yield Finding(
            place,
            f"{condition.key_written} is absent for long-term keys: they are not denied",
            "use BoolIfExists",
        )


def _check_together(subject: Subject) -> Iterator[Finding]:
    """Find conditions of one key that exclude each other."""
    conditions = subject.statement.conditions
    for one in conditions:
        for other in conditions:
            if one.key == other.key and _exclude(one, other):
                yield Finding(
                    subject.place(one),
                    f"{one.name} and {other.name} of {one.key_written} never hold together",
                    "mend one of them, or write two statements",
                )


def _exclude(one: Condition, other: Condition) -> bool:
    if one.operator.family is Family.NULL:
        absent = all(value.lower() == "true" for value in one.values)
        needs_it = not (other.if_exists or other.operator.negated)
        needs_it = needs_it and other.quantifier != "ForAllValues"
        return absent and needs_it and other.operator.family is not Family.NULL
    names = (one.name, other.name)
    if names == ("IpAddress", "NotIpAddress"):
        return all(_within(value, other.values) for value in one.values)
    if one.name in _AFTER and other.name in _BEFORE:
        after = [date for value in one.values if (date := read_date(value)) is not None]
        before = [date for value in other.values if (date := read_date(value)) is not None]
        both_inclusive = one.name.endswith("Equals") and other.name.endswith("Equals")
        return min(after) > max(before) or (min(after) == max(before) and not both_inclusive)
    return False


_AFTER = ("DateGreaterThan", "DateGreaterThanEquals")
_BEFORE = ("DateLessThan", "DateLessThanEquals")


def _within(text: str, others: tuple[str, ...]) -> bool:
    network = ip_network(text, strict=False)
    return any(_subnet(network, ip_network(other, strict=False)) for other in others)


def _subnet(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, IPv6Network) and isinstance(other, IPv6Network):
        return one.subnet_of(other)
    return False
