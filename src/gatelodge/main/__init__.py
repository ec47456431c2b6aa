"""The one place that knows everyone: settings → files → store → processes."""

import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gatelodge.files.account_details import read_account_files
from gatelodge.files.api_file import ApiFile, Where, read_api_file
from gatelodge.files.apply_accounts import apply_account_files
from gatelodge.files.functions_file import (
    FunctionsFile,
    apply_functions_file,
    read_functions_file,
)
from gatelodge.files.load import FileError
from gatelodge.files.publish import PublishError, publish_files, repeated
from gatelodge.functions.packages import Packages
from gatelodge.main.supervisor import ENDPOINTS_FILE, Listening, StartError, Supervisor
from gatelodge.published import AccessLog
from gatelodge.settings import DEFAULT_REGION, Settings
from gatelodge.store import MasterKey, Store, open_state
from gatelodge.world.issue_keys import write_root_credentials

__all__ = ["ENDPOINTS_FILE", "StartError", "read_api_files", "run"]


def read_api_files(paths: Sequence[Path], settings: Settings) -> list[ApiFile]:
    """Read API files as the settings say where they belong."""
    where = Where(
        settings.account,
        api_id=settings.api_id,
        region=settings.region,
        stage=settings.stage,
    )
    access_log = (
        AccessLog(settings.access_log_format, settings.access_log) if settings.access_log else None
    )
    return [
        read_api_file(
            path,
            where,
            tolerate=settings.tolerate,
            stage_variables=settings.stage_variables,
            access_log=access_log,
        )
        for path in paths
    ]


def run(
    settings: Settings,
    api_paths: Sequence[Path],
    iam_paths: Sequence[Path],
    function_paths: Sequence[Path] = (),
) -> int:
    """Serve until told to stop; gives the exit status. Raises StartError and the store's errors."""
    api_files = read_api_files(api_paths, settings)
    account_files = read_account_files(iam_paths)
    functions_files = [read_functions_file(path) for path in function_paths]
    problems = [problem for file in api_files for problem in file.problems]
    problems += repeated(api_files)
    problems += account_files.problems
    problems += [problem for file in functions_files for problem in file.problems]
    if problems:
        raise StartError("\n".join(problems))
    for file in api_files:
        for told in (*file.warnings, *file.notes):
            print(f"warning: {told}", file=sys.stderr)  # noqa: T201 - this is the command's output
    store, master = open_state(settings.state, os.environ)
    now = datetime.fromtimestamp(time.time(), UTC)
    try:
        apply_account_files(store, account_files, now)
        changes = publish_files(store, master, api_files, now)
    except (FileError, PublishError) as error:
        raise StartError(str(error)) from error
    for told in changes:
        print(told, file=sys.stderr)  # noqa: T201 - as above
    regions = [file.api.region for file in api_files if file.api is not None]
    region = settings.region or (regions[0] if regions else DEFAULT_REGION)
    _apply_functions(store, master, settings, functions_files, region)
    write_root_credentials(store, master, settings.account, settings.state)
    listening = Listening(settings)
    return Supervisor(settings, master, listening, region).run()


def _apply_functions(
    store: Store,
    master: MasterKey,
    settings: Settings,
    files: Sequence[FunctionsFile],
    region: str,
) -> None:
    packages = Packages(settings.state / "functions")
    for file in files:
        try:
            apply_functions_file(
                store, master, packages, file, account=settings.account, region=region
            )
        except FileError as error:
            raise StartError(str(error)) from error
