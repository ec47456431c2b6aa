"""The files that `serve` is given: read and checked before anything is changed, then applied."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gatelodge.files.account_details import read_account_files
from gatelodge.files.api_file import ApiFile, Where, read_api_file
from gatelodge.files.apply_accounts import apply_account_files
from gatelodge.files.functions_file import apply_functions_file, read_functions_file
from gatelodge.files.load import FileError
from gatelodge.files.publish import PublishError, publish_files, repeated
from gatelodge.functions.packages import Packages
from gatelodge.main.supervisor import StartError
from gatelodge.published import AccessLog
from gatelodge.settings import Settings
from gatelodge.store import MasterKey, Store


class StartFiles:
    """Files that were read and found good. Raises StartError with every problem otherwise."""

    def __init__(
        self,
        settings: Settings,
        api_paths: Sequence[Path],
        iam_paths: Sequence[Path],
        function_paths: Sequence[Path],
    ) -> None:
        self._settings = settings
        self._apis = read_api_files(api_paths, settings)
        self._accounts = read_account_files(iam_paths)
        self._functions = [read_functions_file(path) for path in function_paths]
        problems = [problem for file in self._apis for problem in file.problems]
        problems += repeated(self._apis)
        problems += self._accounts.problems
        problems += [problem for file in self._functions for problem in file.problems]
        if problems:
            raise StartError("\n".join(problems))
        for file in self._apis:
            for told in (*file.warnings, *file.notes):
                print(f"warning: {told}", file=sys.stderr)  # noqa: T201 - the command's output

    @property
    def region(self) -> str | None:
        """The region of the first API."""
        return next((file.api.region for file in self._apis if file.api is not None), None)

    def apply(self, store: Store, master: MasterKey, region: str) -> None:
        """Bring the store to what the files say. Raises StartError."""
        now = datetime.fromtimestamp(time.time(), UTC)
        packages = Packages(self._settings.state / "functions")
        try:
            apply_account_files(store, self._accounts, now)
            changes = publish_files(store, master, self._apis, now)
            for told in changes:
                print(told, file=sys.stderr)  # noqa: T201 - the command's output
            for file in self._functions:
                account = self._settings.account
                apply_functions_file(store, master, packages, file, account=account, region=region)
        except (FileError, PublishError) as error:
            raise StartError(str(error)) from error


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
