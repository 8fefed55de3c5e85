"""What was done already, a line of JSON for each step, on the disk before the next one begins."""

import json
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Journal:
    """Beside the CSV. A line that was cut off by a crash is passed over: its step is done again,
    which the Idempotency-Key makes harmless. Safe to share between threads."""

    def __init__(self, path: Path, **about: Any) -> None:
        """`about` is what a run must have in common with earlier ones. Raises ValueError."""
        self._steps: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        earlier = path.read_bytes() if path.exists() else b""
        first, *others = [_understood(line) for line in earlier.splitlines()] or [about]
        if other := _different(first, about):
            raise ValueError(
                f"{path} is the journal of another run ({other}): "
                "go on as that one was begun, or take another --out."
            )
        for step in others:
            self._steps.setdefault(step.pop("unit", ""), {}).update(step)
        self._file = path.open("ab")
        if not earlier:
            self._write(about)
        elif not earlier.endswith(b"\n"):
            self._file.write(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def of(self, unit: str) -> dict[str, Any]:
        """All that is known: `case`, its id; `refused`, why not; `rows`, its final answer."""
        return self._steps.get(unit, {})

    def note(self, unit: str, **step: Any) -> None:
        with self._lock:
            self._write({"unit": unit, **step})
            self._steps.setdefault(unit, {}).update(step)

    def _write(self, step: dict[str, Any]) -> None:
        self._file.write(json.dumps(step).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def _understood(line: bytes) -> dict[str, Any]:
    try:
        step = json.loads(line)
    except ValueError:
        return {}
    return step if isinstance(step, dict) else {}


def _different(first: dict[str, Any], about: dict[str, Any]) -> str:
    """What is not as it was, for a person. Of an option that an older journal does not tell
    nothing can be said."""
    if "server" not in first:
        return "damaged"
    return ", ".join(
        f"{name} {about.get(name)!r}, there {was!r}"
        for name, was in first.items()
        if about.get(name) != was
    )
