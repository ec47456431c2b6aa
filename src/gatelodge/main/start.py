"""Start: what the files say goes into the store, then the processes are made."""

import os
from collections.abc import Sequence
from pathlib import Path

from gatelodge.main.supervisor import Listening, Supervisor
from gatelodge.settings import DEFAULT_REGION, Settings
from gatelodge.store import open_state
from gatelodge.world.issue_keys import write_root_credentials


def run(
    settings: Settings,
    api_paths: Sequence[Path],
    iam_paths: Sequence[Path],
    function_paths: Sequence[Path] = (),
) -> int:
    """Serve until told to stop; gives the exit status. Raises StartError and the store's errors."""
    files = None
    if api_paths or iam_paths or function_paths:
        # Half of what there is to load, and only files need it.
        from gatelodge.main.start_files import StartFiles  # noqa: PLC0415 - see above

        files = StartFiles(settings, api_paths, iam_paths, function_paths)
    store, master = open_state(settings.state, os.environ)
    region = settings.region or (files.region if files is not None else None) or DEFAULT_REGION
    if files is not None:
        files.apply(store, master, region)
    write_root_credentials(store, master, settings.account, settings.state)
    listening = Listening(settings)
    return Supervisor(settings, master, listening, region).run()
