"""`gatelodge diff`: what files declare, what is edited, and what is served, side by side."""

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge.files.compare import DECLARED, DEPLOYED, EDITED, Compared, compare
from gatelodge.files.publish import repeated
from gatelodge.main.start_files import read_api_files
from gatelodge.settings import DEFAULT_ACCOUNT, Settings, read_stage_variables
from gatelodge.store import open_state

Repeated = Parameter(consume_multiple=False, negative="")
SAME, DIFFERENT, TROUBLE = 0, 1, 2
_ADVICE = (
    (DECLARED, EDITED, "apply the file (gatelodge apply), or serve it again"),
    (EDITED, DEPLOYED, "callers meet it after CreateDeployment"),
)


def diff(
    *files: Path,
    state: Path = Path(".gatelodge"),
    account: str = DEFAULT_ACCOUNT,
    region: str | None = None,
    api_id: str | None = None,
    stage: str | None = None,
    stage_variable: Annotated[tuple[str, ...], Repeated] = (),
    tolerate: Annotated[tuple[str, ...], Repeated] = (),
    json_output: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show declared against edited against deployed.

    The exit status is 0 when all is the same, 1 when something differs, and 2 when it cannot tell.

    Parameters
    ----------
    files
        APIs as Amazon API Gateway exports them; without files, every API of the state directory is
        compared as it is edited with what its stages serve.
    state
        State directory.
    account
        Account that owns the APIs.
    region
        Region, instead of the one in the server URL.
    api_id
        API id, instead of the one in the server URL.
    stage
        Stage, instead of the one in the server URL.
    stage_variable
        A stage variable, NAME=VALUE; may be given several times.
    tolerate
        Name of something that is not honoured and shall be let pass.
    json_output
        Print JSON.

    """
    settings = Settings(
        state=state,
        account=account,
        region=region,
        api_id=api_id,
        stage=stage,
        stage_variables=read_stage_variables(stage_variable),
        tolerate=frozenset(tolerate),
    )
    read = read_api_files(files, settings)
    problems = [problem for file in read for problem in file.problems] + repeated(read)
    if not (state / "store.db").exists():
        problems.append(f"{state}: no state directory of gatelodge; give it with --state")
    if problems:
        for problem in problems:
            print(f"error: {problem}", file=sys.stderr)
        return TROUBLE
    store, master = open_state(state, os.environ)
    compared = compare(store, master, read, datetime.fromtimestamp(time.time(), UTC))
    if json_output:
        print(json.dumps({"apis": [each.as_dict() for each in compared]}, indent=2))
    else:
        for each in compared:
            _show(each)
    return DIFFERENT if any(each.found for each in compared) else SAME


def _show(compared: Compared) -> None:
    stage = "no stage" if compared.stage is None else f"stage {compared.stage}"
    if not compared.found:
        print(f"API {compared.api_id} {stage}: no differences")
        return
    print(f"API {compared.api_id} {stage}:")
    for difference in compared.found:
        print(f"  {difference.words(compared.sides)}")
    for first, second, advice in _ADVICE:
        if first in compared.sides and any(
            difference.values.get(first) != difference.values.get(second)
            for difference in compared.found
        ):
            print(f"  {first} is not {second}: {advice}")
