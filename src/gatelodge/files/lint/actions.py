"""Actions that match nothing, or nothing that an API is ever asked for."""

from collections.abc import Iterator

from gatelodge.files.lint.finding import Finding, Subject
from gatelodge.iam.match import action_matcher

# Every action of execute-api (Service Authorization Reference).
ACTIONS = ("execute-api:Invoke", "execute-api:InvalidateCache", "execute-api:ManageConnections")
_USE = f"use one of {', '.join(ACTIONS)}"


def check_actions(subject: Subject) -> Iterator[Finding]:
    """Find actions that do not do what they seem to."""
    for pointer, text in subject.texts("Action"):
        finding = _check(subject, pointer, text)
        if finding is not None:
            yield finding


def _check(subject: Subject, pointer: str, text: str) -> Finding | None:
    if text == "*":
        return None
    service, colon, name = text.partition(":")
    if not (service and colon and name) or text != text.strip():
        return Finding(pointer, f"{text!r} matches no action", "write service:Name")
    matches = action_matcher(text)
    if any(matches(action.lower()) for action in ACTIONS):
        sockets = text.lower() == "execute-api:manageconnections"
        if sockets and subject.in_resource_policy:
            return Finding(
                pointer,
                f"{text} is asked for by WebSocket APIs, which have no resource policies",
                "use execute-api:Invoke",
            )
        return None
    if service.lower() == "execute-api":
        return Finding(pointer, f"{text} is no action of execute-api", _USE)
    if subject.in_resource_policy:
        return Finding(pointer, f"{text} is never asked for by an API", _USE)
    if service.lower() == "apigateway" and "invoke" in name.lower():
        return Finding(
            pointer,
            f"{text} is about configuring APIs, not about calling them",
            "use execute-api:Invoke",
        )
    return None
