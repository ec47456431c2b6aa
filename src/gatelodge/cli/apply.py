"""`gatelodge apply`: bring a running endpoint to what files say."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from gatelodge.cli.endpoint import SignedEndpoint
from gatelodge.cli.sending import SendError, read_profile
from gatelodge.files.account_details import AccountFiles, read_account_files
from gatelodge.files.api_file import ApiFile
from gatelodge.files.apply_account import apply_details
from gatelodge.files.apply_api import apply_api_file
from gatelodge.files.endpoint import EndpointError
from gatelodge.files.publish import repeated
from gatelodge.main.start_files import read_api_files
from gatelodge.main.supervisor import ENDPOINTS_FILE
from gatelodge.settings import DEFAULT_REGION, Settings, read_stage_variables
from gatelodge.world.issue_keys import PROFILE

Repeated = Parameter(consume_multiple=False, negative="")


def apply(
    *files: Path,
    iam: Annotated[tuple[Path, ...], Repeated] = (),
    endpoint: str | None = None,
    profile: str = PROFILE,
    region: str | None = None,
    api_id: str | None = None,
    stage: str | None = None,
    stage_variable: Annotated[tuple[str, ...], Repeated] = (),
    tolerate: Annotated[tuple[str, ...], Repeated] = (),
    state: Path = Path(".gatelodge"),
) -> int:
    """Bring a running endpoint to what files say, and print what changed.

    The same files again change nothing. The exit status is 1 when something could not be applied.

    Parameters
    ----------
    files
        APIs as Amazon API Gateway exports them.
    iam
        Output of `aws iam get-account-authorization-details`; may be given several times.
    endpoint
        URL of the AWS endpoint; otherwise that of the gateway of the state directory.
    profile
        A profile of the state directory's credentials or of ~/.aws/credentials.
    region
        Region of the APIs, instead of the one in their server URL.
    api_id
        API id, instead of the one in the server URL.
    stage
        Stage, instead of the one in the server URL.
    stage_variable
        A stage variable, NAME=VALUE; may be given several times.
    tolerate
        Name of something in the files that is not honoured and shall be let pass.
    state
        State directory of a gateway on this machine.

    """
    if not files and not iam:
        return _fail(["name at least one file"])
    try:
        where = endpoint or _local_endpoint(state)
        signed = SignedEndpoint(where, region or DEFAULT_REGION, read_profile(state, profile))
        account = str(signed.query("GetCallerIdentity", {}, "sts")["Account"])
    except (SendError, EndpointError, KeyError) as error:
        return _fail([str(error)])
    settings = Settings(
        account=account,
        region=region,
        api_id=api_id,
        stage=stage,
        stage_variables=read_stage_variables(stage_variable),
        tolerate=frozenset(tolerate),
    )
    read = read_api_files(files, settings)
    accounts = read_account_files(iam)
    for told in (text for file in read for text in (*file.warnings, *file.notes)):
        print(f"warning: {told}", file=sys.stderr)
    problems = [problem for file in read for problem in file.problems] + repeated(read)
    problems += accounts.problems
    problems += [
        f"the files describe account {other}, and {profile} is of account {account}"
        for other in sorted(set(accounts.accounts) - {account})
    ]
    return _fail(problems) if problems else _apply(signed, read, accounts)


def _apply(endpoint: SignedEndpoint, files: Sequence[ApiFile], accounts: AccountFiles) -> int:
    """Apply checked files, identities first, and print each change as it is made."""
    changes = 0
    try:
        for line in _changes(endpoint, files, accounts):
            print(line, flush=True)
            changes += 1
    except EndpointError as error:
        return _fail([str(error)])
    if not changes:
        print("nothing to change")
    return 0


def _changes(
    endpoint: SignedEndpoint, files: Sequence[ApiFile], accounts: AccountFiles
) -> Iterator[str]:
    for described in accounts.accounts.values():
        yield from apply_details(endpoint, described)
    for file in files:
        if file.api is not None:
            endpoint.region = file.api.region
            yield from apply_api_file(endpoint, file)


def _local_endpoint(state: Path) -> str:
    """Find the gateway that runs with a state directory. Raises SendError."""
    path = state / ENDPOINTS_FILE
    try:
        return str(json.loads(path.read_text("utf-8"))["aws"])
    except (OSError, ValueError, KeyError) as error:
        raise SendError(f"{path} tells no endpoint; give one with --endpoint") from error


def _fail(problems: Sequence[str]) -> int:
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1
