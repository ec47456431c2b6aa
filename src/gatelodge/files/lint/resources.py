"""Resources that cannot match the API, or match less or more than they seem to."""

import re
from collections.abc import Iterator

from gatelodge import iam
from gatelodge.arn import Arn
from gatelodge.files.lint.finding import Finding, Subject
from gatelodge.route.policy_arns import SHORTHAND, never_matches

_ESCAPE = re.compile(r"%(?!2[Ff]|25)[0-9A-Fa-f]{2}", re.ASCII)
_ANY_API = Arn("*", "execute-api", "*", "*", "api")
_STAR = "use * in its place"


def check_resources(subject: Subject, owner: Arn, ttl: int) -> Iterator[Finding]:
    """Find resources that do not do what they seem to. owner: as for `never_matches`."""
    for pointer, text in subject.texts("Resource"):
        shorthand = text.startswith(SHORTHAND)
        if shorthand and not subject.in_resource_policy:
            yield Finding(
                pointer,
                f"{text} is a shorthand that only resource policies know",
                "write the full ARN",
            )
            continue
        # Saving a resource policy writes the shorthand out.
        arn = f"{_ANY_API}/{text.removeprefix(SHORTHAND)}" if shorthand else text
        compared = _ANY_API if shorthand else owner
        reason = never_matches(arn, compared, identity=not subject.in_resource_policy)
        if reason and subject.statement.not_resource:
            yield Finding(pointer, f"{text} excepts nothing: {reason}", "correct the ARN")
        elif reason:
            yield Finding(pointer, f"{text} never matches: {reason}", "correct the ARN")
        else:
            yield from _check_path(pointer, text)
            yield from _check_cached(subject, pointer, text, ttl)


def _check_path(pointer: str, text: str) -> Iterator[Finding]:
    if "{" in text.replace("${", ""):
        yield Finding(
            pointer, f"{text} holds a path template, and policies see the real path", _STAR
        )
    segments = text.rpartition(":")[2].split("/")
    verb = segments[2] if len(segments) > 3 and "*" not in "".join(segments[:2]) else ""
    if verb == "ANY":
        yield Finding(pointer, f"{text} names ANY, and policies see the real verb", _STAR)
    elif verb.isalpha() and not verb.isupper():
        yield Finding(
            pointer, f"{text} names {verb}, and verbs are compared as sent", f"write {verb.upper()}"
        )
    if _ESCAPE.search(text):
        yield Finding(
            pointer,
            f"{text} holds an escape, and policies see the path decoded, but for %2F and %25",
            "write the character itself",
        )


def _check_cached(subject: Subject, pointer: str, text: str, ttl: int) -> Iterator[Finding]:
    """An authorizer's answer that is kept judges every method that the same caller calls next."""
    if subject.policy.kind is not iam.PolicyKind.AUTHORIZER or ttl <= 0:
        return
    segments = text.split(":", 5)[-1].split("/")
    one_method = len(segments) > 3 and not any(set("*?") & set(one) for one in segments[1:])
    if one_method and subject.statement.allow:
        yield Finding(
            pointer,
            f"{text} is one method, and the answer is kept for {ttl} s: until then the same caller "
            "is denied every other method",
            "allow all that the caller may call, or set authorizerResultTtlInSeconds to 0",
        )
