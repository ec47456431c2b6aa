"""`gatelodge check`: read API files and tell what is wrong, without serving them."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge.files.publish import repeated
from gatelodge.main.start_files import read_api_files
from gatelodge.settings import DEFAULT_ACCOUNT, Settings, read_stage_variables

Repeated = Parameter(consume_multiple=False, negative="")


def check(
    *files: Path,
    account: str = DEFAULT_ACCOUNT,
    region: str | None = None,
    api_id: str | None = None,
    stage: str | None = None,
    stage_variable: Annotated[tuple[str, ...], Repeated] = (),
    tolerate: Annotated[tuple[str, ...], Repeated] = (),
) -> int:
    """Check API files; the exit status is 1 when one would be refused.

    Parameters
    ----------
    files
        APIs as Amazon API Gateway exports them.
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

    """
    settings = Settings(
        account=account,
        region=region,
        api_id=api_id,
        stage=stage,
        stage_variables=read_stage_variables(stage_variable),
        tolerate=frozenset(tolerate),
    )
    if not files:
        print("error: name at least one file", file=sys.stderr)
        return 1
    read = read_api_files(files, settings)
    twice = repeated(read)
    for text in twice:
        print(f"error: {text}")
    refused = bool(twice)
    for file in read:
        for kind, told in (
            ("error", file.problems),
            ("warning", file.warnings),
            ("tolerated", file.notes),
            ("left out", file.left_out),
        ):
            for text in told:
                print(f"{kind}: {text}")
        if file.api is not None and file.stage is not None:
            count = sum(len(resource.methods) for resource in file.api.resources)
            print(
                f"{file.path}: API {file.api.id} in {file.api.region}, "
                f"stage {file.stage.name}, {count} methods"
            )
        refused = refused or bool(file.problems)
    return 1 if refused else 0
