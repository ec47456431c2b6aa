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
from gatelodge.explain import authorizers, tokens
from gatelodge.explain.part import Part
from gatelodge.explain.record import Record

ASKED = f"Cache-Control: max-age=0 asks for what needs {INVALIDATE_CACHE}"
UNSIGNED = f"only a caller who signs requests (AWS_IAM) can be permitted {INVALIDATE_CACHE}"
_NOT_KEPT = "the policies of the caller, which are no longer kept, did not allow it"


def refused(record: Record) -> bool:
    """Tell whether a call was refused since it asked for the kept reply to be renewed."""
    return _found(record).get(RENEWAL) == REFUSED


def asked(record: Record) -> bool:
    """Tell whether a call asked for the kept reply to be renewed."""
    return RENEWAL in _found(record)


def refusal(record: Record) -> str:
    """Say why a renewal was refused to somebody whose policies cannot be judged again."""
    return UNSIGNED if record["exhibit"] is None else _NOT_KEPT


def asker(record: Record) -> str:
    """Name who did not sign."""
    if record["authorization_type"] == authorizers.TYPE:
        return authorizers.principal_of(record)
    return tokens.token_owner(record) or "anonymous"


def judged_part(record: Record, judged: iam.Outcome, reason: str) -> Part:
    """Tell what the policies of a caller say of a renewal that did not decide the call."""
    lines = [ASKED, reason]
    if judged.verdict is not iam.Verdict.ALLOWED and _found(record)[RENEWAL] == GRANTED:
        lines.append("the method demands no permission for it")
    return Part("cache", judged.verdict.value, lines)


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
        added += "; the integration was to answer anew, as Cache-Control: max-age=0 asked"
    elif found.get(RENEWAL) == IGNORED:
        added += f"; Cache-Control: max-age=0 was ignored: {INVALIDATE_CACHE} is not allowed"
    if SINCE in found:
        age = max(0, int(record["time"] - found[SINCE]))
        added += f"; the reply was served from the stage's cache, {age} s old"
    return added


def _found(record: Record) -> Mapping[str, Any]:
    evidence = record["evidence"]
    found: Mapping[str, Any] = evidence.get(CACHE, {}) if isinstance(evidence, Mapping) else {}
    return found
