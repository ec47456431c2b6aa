"""`gatelodge cache`: what Lambda authorizers have answered, as long as it is kept."""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from gatelodge import iam
from gatelodge.authorize.authorizer_output import POLICY_NAME
from gatelodge.authorize.combine import judge_with_fence
from gatelodge.authorize.resource_policy import INVOKE
from gatelodge.published import Api, FormError, api_from_json
from gatelodge.store import MasterKey, StateError, Store, open_state
from gatelodge.world.changes import flush_authorizers, wait_until_followed
from gatelodge.world.exhibits import Exhibits
from gatelodge.world.house_questions import LIST
from gatelodge.world.house_wire import WireError, ask_once

app = App(name="cache", help="What Lambda authorizers have answered, as long as it is kept.")


class _NoKeys:
    """A call of which nothing is known: conditions that ask for more do not hold."""

    def get(self, key: str, /) -> None:
        """Give nothing."""


@app.command(name="ls")
def list_kept(
    *,
    state: Path = Path(".gatelodge"),
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """List the answers that are kept: of whom, how old, and what they would allow.

    Parameters
    ----------
    state
        State directory.
    json_output
        Print JSON.

    """
    store, master = _open(state)
    try:
        answer = ask_once(state / "run", master, {"kind": LIST})
    except (OSError, WireError) as error:
        print(f"error: no gateway answers for {state}: {error}", file=sys.stderr)
        return 1
    exhibits = Exhibits(state / "book" / "exhibits")
    entries = [_entry(store, exhibits, kept) for kept in answer["kept"]]
    if json_output:
        print(json.dumps(entries))
        return 0
    for entry in entries:
        print(_words(entry))
    count = len(entries)
    print("1 answer is kept" if count == 1 else f"{count} answers are kept", file=sys.stderr)
    return 0


@app.command
def flush(api_id: str, stage: str, *, state: Path = Path(".gatelodge")) -> int:
    """Forget what the authorizers of a stage have answered, in every process.

    Parameters
    ----------
    api_id
        The API's id.
    stage
        The stage's name.
    state
        State directory.

    """
    store, _ = _open(state)
    flush_authorizers(store, api_id, stage)
    if not wait_until_followed(store, state / "run"):
        print("error: a worker has not confirmed it yet", file=sys.stderr)
        return 1
    return 0


def _open(state: Path) -> tuple[Store, MasterKey]:
    if not state.is_dir():
        raise StateError(f"{state}: no such directory; name the one of `gatelodge serve` (--state)")
    return open_state(state, os.environ)


def _entry(store: Store, exhibits: Exhibits, kept: Mapping[str, Any]) -> dict[str, Any]:
    api_id, stage, deployment, _, _ = kept["scope"]
    entry: dict[str, Any] = {
        "api": api_id,
        "stage": stage,
        "authorizer": kept["name"],
        "identity": kept["identity"],
        "age": max(0, int(time.time() - kept["since"])),
        "ttl": kept["ttl"],
        "principalId": None,
        "allows": [],
        "methods": 0,
        "warnings": [],
    }
    exhibit = exhibits.find(kept["exhibit"])
    publication = store.publication(api_id, deployment)
    if exhibit is None or publication is None:
        entry["warnings"].append("what it says is not kept any more")
        return entry
    entry["principalId"] = exhibit["principalId"]
    document = exhibit["policyDocument"]
    try:
        api = api_from_json(json.loads(publication))
        parsed = iam.parse(document, iam.PolicyKind.AUTHORIZER, name=POLICY_NAME)
    except (FormError, iam.PolicyError) as error:
        entry["warnings"].append(str(error))
        return entry
    entry["allows"], entry["methods"] = _allowed(api, stage, kept["scope"][3], parsed)
    single = [text for text in _allow_resources(parsed) if "*" not in text and "?" not in text]
    if single:
        entry["warnings"].append(
            f"it names {'a single method' if len(single) == 1 else 'single methods'} "
            f"({single[0].partition('/')[2]}) and is kept for {kept['ttl']} s: until then it "
            "denies the caller's other methods"
        )
    return entry


def _allow_resources(policy: iam.Policy) -> list[str]:
    return [
        text
        for statement in policy.statements
        if statement.allow and not statement.not_resource
        for text in statement.resources
    ]


def _allowed(api: Api, stage: str, authorizer_id: str, policy: iam.Policy) -> tuple[list[str], int]:
    """Try the policy on every method that the authorizer guards, path parameters as they are."""
    policies = iam.PolicySet([policy])
    prefix = f"arn:{api.partition}:execute-api:{api.region}:{api.account}:{api.id}/{stage}"
    allowed, tried = [], 0
    for resource in api.resources:
        for verb, method in resource.methods.items():
            if method.authorizer_id != authorizer_id:
                continue
            tried += 1
            shown = "GET" if verb == "ANY" else verb
            arn = f"{prefix}/{shown}{resource.path}"
            query = iam.Query(INVOKE, arn, iam.ANONYMOUS, _NoKeys(), api.account)
            if judge_with_fence(policies, None, query).verdict is iam.Verdict.ALLOWED:
                allowed.append(f"{verb} {resource.path}")
    return allowed, tried


def _words(entry: Mapping[str, Any]) -> str:
    allows = ", ".join(entry["allows"]) or "nothing"
    lines = [
        f"{entry['api']}/{entry['stage']} {entry['authorizer']}  identity {entry['identity']}…  "
        f"{entry['age']} of {entry['ttl']} s  principalId {entry['principalId']!r}",
        f"    allows {len(entry['allows'])} of {entry['methods']} methods: {allows}",
    ]
    lines += [f"    warning: {warning}" for warning in entry["warnings"]]
    return "".join(
        c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in "\n".join(lines)
    )
