"""`fracture-client` as a process of its own."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "clients" / "python"


def environment(key: str = "", server: str = "") -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = {"PYTHONPATH": str(SOURCE / "src"), "FRACTURE_API_KEY": key, "FRACTURE_SERVER": server}
    return {**kept, **own}


def begin(*arguments: str | Path, key: str = "", server: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "fracture_client", *map(str, arguments)],
        env=environment(key, server),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what runs in the background with SIGINT ignored, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )


def run(
    *arguments: str | Path, key: str = "", server: str = "", given: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "fracture_client", *map(str, arguments)],
        env=environment(key, server),
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rows(path: Path) -> dict[str, dict[str, str]]:
    """The lines of a CSV by their file."""
    with path.open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}
