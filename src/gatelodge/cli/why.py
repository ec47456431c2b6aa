"""`gatelodge why`: the full trace of a decision."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge import iam
from gatelodge.authorize.authorizer_output import POLICY_NAME
from gatelodge.authorize.exhibit import caller_of
from gatelodge.explain.record import Record
from gatelodge.explain.replay import Explanation, explain
from gatelodge.explain.text import in_full
from gatelodge.published import Stage, api_from_json, stage_from_json
from gatelodge.serve import StagePlan
from gatelodge.store import Store
from gatelodge.world.book import find_record, latest
from gatelodge.world.exhibits import Exhibits

Switch = Parameter(negative="")


def why(
    decision: str | None = None,
    *,
    last: Annotated[bool, Switch] = False,
    denied: Annotated[bool, Switch] = False,
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
    state: Path = Path(".gatelodge"),
) -> int:
    """Explain a decision: each stage, each statement tried, what decided.

    Parameters
    ----------
    decision
        The id in the answer's x-gatelodge-decision field.
    last
        The newest decision.
    denied
        The newest denial.
    json_output
        Print JSON.
    state
        State directory.

    """
    if decision is None and not (last or denied):
        return _fail("give a decision's id, --last or --denied")
    found = _find(state, decision, denied=denied)
    if found is None:
        return _fail(f"no decision {decision or ''} is in the book of {state}")
    decision_id, explanation = found
    if json_output:
        print(json.dumps({"decision": decision_id, **explanation.as_dict()}))
    else:
        print(in_full(decision_id, explanation))
    return 0


def explain_decision(state: Path, decision: str) -> Explanation | None:
    """Explain one decision; None when the book does not hold it (any more)."""
    found = _find(state, decision, denied=False)
    return None if found is None else found[1]


def _find(state: Path, decision: str | None, *, denied: bool) -> tuple[str, Explanation] | None:
    book = state / "book"
    if decision is not None:
        data = find_record(book, decision)
        found = None if data is None else (decision, data)
    else:
        found = latest(book, lambda data: _time(data, denied=denied))
    if found is None:
        return None
    record = _read(found[1])
    if record is None:
        return None
    digest = record["exhibit"]
    exhibit = Exhibits(book / "exhibits").find(digest) if digest else None
    caller = None
    if exhibit is not None:
        caller = caller_of(exhibit, record["access_key_id"], digest)
    policies = _authorizer_policies(record, book)
    return found[0], explain(record, _plan(state, record), caller, policies)


def _authorizer_policies(record: Record, book: Path) -> iam.PolicySet | None:
    """Find the policy that a Lambda authorizer gave for a call."""
    digest = (record["evidence"] or {}).get("exhibit")
    exhibit = Exhibits(book / "exhibits").find(digest) if digest else None
    if exhibit is None:
        return None
    document = exhibit["policyDocument"]
    return iam.PolicySet([iam.parse(document, iam.PolicyKind.AUTHORIZER, name=POLICY_NAME)])


def _time(data: bytes, *, denied: bool) -> float | None:
    record = _read(data)
    if record is None or (denied and not record.denied):
        return None
    return float(record["time"])


def _read(data: bytes) -> Record | None:
    try:
        return Record(data)
    except ValueError:
        return None  # an id that points between records, or another version's record


def _plan(state: Path, record: Record) -> StagePlan | None:
    if record["api_id"] is None:
        return None
    store = Store(state / "store.db")
    publication = store.publication(record["api_id"], record["deployment"])
    if publication is None:
        return None
    stage = Stage(record["api_id"], record["stage"], record["deployment"])
    for _, _, body in store.stages():
        stored = stage_from_json(json.loads(body))
        if (stored.api_id, stored.name) == (stage.api_id, stage.name):
            stage = _as_served(stored, stage.deployment_id)
    try:
        return StagePlan(api_from_json(json.loads(publication)), stage)
    except ValueError:
        return None  # the stage has lost a variable since


def _as_served(stage: Stage, deployment: str) -> Stage:
    """Give a stage as the calls of one of its deployments meet it, as far as it decides them.

    Its cache decides nothing, and not every deployment can have one.
    """
    stage = replace(stage, cache_cluster_size=None)
    canary = stage.canary_settings
    if canary is None or canary.deployment_id != deployment:
        return stage
    return stage.as_canary(canary)


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1
