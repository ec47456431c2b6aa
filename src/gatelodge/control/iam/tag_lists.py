"""Lists of tags: checked, merged, taken from.

Keys of users and roles are one whatever their case; those of policies and OpenID Connect providers
are not (recorded from AWS).
"""

from collections.abc import Mapping, Sequence

from gatelodge.control.iam import faults

Tag = Mapping[str, str]
MOST = 50


def check_tags(tags: Sequence[Tag], *, cased: bool = False) -> list[Tag]:
    """Check the tags of one request. Raises Fault. cased: keys differ by case."""
    keys = [_key(tag["Key"], cased=cased) for tag in tags]
    if len(set(keys)) != len(keys):
        hint = "" if cased else " Please note that Tag keys are case insensitive."
        raise faults.invalid_input(f"Duplicate tag keys found.{hint}")
    if len(tags) > MOST:
        raise faults.constraint("tags", f"have length less than or equal to {MOST}")
    for tag in tags:
        if tag["Key"].lower().startswith("aws:"):
            raise faults.invalid_input("Tag keys that begin with aws: are reserved for AWS.")
    return [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags]


def merged(before: Sequence[Tag], tags: Sequence[Tag], *, cased: bool) -> list[Tag]:
    """Give the tags with some set anew. Raises Fault when they become too many."""
    new = {_key(tag["Key"], cased=cased): tag for tag in check_tags(tags, cased=cased)}
    kept = [new.pop(_key(tag["Key"], cased=cased), tag) for tag in before]
    both = [*kept, *new.values()]
    if len(both) > MOST:
        raise faults.limit("The number of tags has reached the maximum limit.")
    return both


def without(before: Sequence[Tag], keys: Sequence[str], *, cased: bool) -> list[Tag]:
    """Give the tags without some."""
    gone = {_key(key, cased=cased) for key in keys}
    return [tag for tag in before if _key(tag["Key"], cased=cased) not in gone]


def _key(key: str, *, cased: bool) -> str:
    return key if cased else key.lower()
