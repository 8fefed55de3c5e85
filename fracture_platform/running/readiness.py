"""Waiting until an upload would really be analysed, and saying what is amiss when it is not."""

import json
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from fracture_platform.running import supervisor


def fetch_status(address: str) -> dict[str, Any] | None:
    """/status.json; None while nothing answers there."""
    try:
        with urlopen(f"{address}/status.json", timeout=5) as answer:  # noqa: S310  (our own address)
            return json.load(answer)
    except (OSError, HTTPException, ValueError):
        return None


def wait(address: str, *, seconds: float, alive: Callable[[], bool]) -> bool:
    """Whether the platform says "ready" within `seconds`; gives up when `alive()` is false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        status = fetch_status(address)
        if status and status["ready"]:
            return True
        time.sleep(0.25)
    return False


def explain(address: str, var_dir: Path, *, lines: int = 8) -> str:
    """Which process is not up, with the end of its log; or what /status.json still lacks."""
    status = fetch_status(address)
    culprits = [
        name
        for name, row in supervisor.states(var_dir).items()
        if row["statename"] != "RUNNING" or _is_missing(name, status)
    ]
    said = [f"Not up: {', '.join(culprits) or 'nothing that is known'}."]
    if status is not None and status.get("model") is None:
        said.append("No model is active: python manage.py install_model PATH --activate")
    for name in culprits:
        log = var_dir / "log" / f"{name}.log"
        tail = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
        said += [f"-- the end of {log}:", *tail]
    return "\n".join(said)


def _is_missing(name: str, status: dict[str, Any] | None) -> bool:
    if status is None:
        return name == "web"
    missing = {
        # A worker that lives without the active model says in its log why.
        "worker": not status["workers"]["holding_active_model"],
        "scheduler": not status["scheduler"]["up"],
        "broker": not status["broker"]["up"],
    }
    return missing.get(name, False)
