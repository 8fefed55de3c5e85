"""One start at a time on a folder of data."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO


class AlreadyRunningError(Exception):
    """Another start holds the folder; the message is one sentence."""


def take(var_dir: Path, *, address: str, patience: float = 20) -> IO[str]:
    """Hold `var_dir` for this process and note the address; closing the file lets go.

    Raises AlreadyRunningError when another start holds it, or when the processes of an earlier
    one that was killed have not ended after `patience` seconds.
    """
    folder = var_dir / "run"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / "start.lock").open("a+")
    if not _held(file):
        file.seek(0)
        raise AlreadyRunningError(f"The platform runs already: {file.read().strip()}")
    _wait_for_children(folder / "children.lock", patience)
    file.truncate(0)
    file.write(f"{address} (process {os.getpid()}, data in {var_dir})\n")
    file.flush()
    return file


def _wait_for_children(path: Path, patience: float) -> None:
    """A start that was killed leaves a supervisor that needs a moment to end its children."""
    deadline = time.monotonic() + patience
    with path.open("a") as file:
        while not _held(file):
            if time.monotonic() > deadline:
                raise AlreadyRunningError(
                    f"Processes of an earlier start still hold {path}; end them and start again."
                )
            time.sleep(0.2)


def _held(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
