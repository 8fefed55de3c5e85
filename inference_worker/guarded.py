"""Run what might crash, or fill the memory, in a process of its own: a stranger's model file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from inference_worker.bundle import BundleError

ROOT = Path(__file__).resolve().parents[1]
REFUSED = 3
"""Exit status of a child that says in one line why it refuses."""
KEPT = {"PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"}


def run_module(
    module: str,
    *arguments: str,
    about: str,
    seconds: int,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run `python -m module arguments` and return what it printed.

    The child sees none of our secrets. BundleError, one sentence that begins with `about`, when it
    refuses, crashes or takes longer than `seconds`.
    """
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**kept, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BundleError(
            f"{about} was not ready after {seconds} s: try a smaller model, or a faster machine."
        ) from error
    if done.returncode == 0:
        return done.stdout
    lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no word"]
    if done.returncode == REFUSED:
        raise BundleError(lines[-1])
    if done.returncode < 0:
        raise BundleError(
            f"{about} ends the process that tries it (signal {-done.returncode}): "
            "the file is damaged, or too large for this machine; export it again."
        )
    raise BundleError(f"{about} cannot be used: {lines[-1][:300].rstrip('.')}.")


def refuse(sentence: str) -> int:
    """For the child: say why, and give the exit status for it."""
    sys.stderr.write(sentence.replace("\n", " ") + "\n")
    return REFUSED
