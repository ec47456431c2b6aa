"""What came of a stage's cache in words: a reply was kept, a renewal was not permitted."""

from collections.abc import Mapping
from typing import Any

from gatelodge import iam
from gatelodge.authorize.cache_control import (
    CACHE,
    GRANTED,
    IGNORED,
    INVALIDATE_CACHE,
    REFUSED,
    RENEWAL,
    SINCE,
)
from gatelodge.authorize.resource_policy import INVOKE
from gatelodge.explain.record import Record

ASKED = f"Cache-Control: max-age=0 asks for what needs {INVALIDATE_CACHE}"
UNSIGNED = f"only a caller who signs requests (AWS_IAM) can be permitted {INVALIDATE_CACHE}"


def refused(record: Record) -> bool:
    """Tell whether a call was refused since it asked for the kept reply to be renewed."""
    return _found(record).get(RENEWAL) == REFUSED


def ignored(record: Record) -> bool:
    """Tell whether a call was served all the same, though it may not have the reply renewed."""
    return _found(record).get(RENEWAL) == IGNORED


def renewal(query: iam.Query) -> iam.Query:
    """Ask of the same call whether it may have the kept reply renewed."""
    return iam.Query(
        INVALIDATE_CACHE, query.resource, query.principal, query.keys, query.resource_account
    )


def action_of(record: Record) -> str:
    """Name the action that was judged last, and decided."""
    return INVALIDATE_CACHE if refused(record) else INVOKE


def words(record: Record) -> str:
    """Add to a sentence what the cache had to do with the answer; nothing where it had not."""
    found = _found(record)
    added = ""
    if found.get(RENEWAL) == GRANTED:
        added += "; the kept reply was renewed, as Cache-Control: max-age=0 asked"
    elif ignored(record):
        added += f"; Cache-Control: max-age=0 was ignored: {INVALIDATE_CACHE} is not allowed"
    if SINCE in found:
        age = max(0, int(record["time"] - found[SINCE]))
        added += f"; the reply was served from the stage's cache, {age} s old"
    return added


def _found(record: Record) -> Mapping[str, Any]:
    evidence = record["evidence"]
    found: Mapping[str, Any] = evidence.get(CACHE, {}) if isinstance(evidence, Mapping) else {}
    return found
