"""From arguments and environment to a client and to secrets."""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from fracture_client.client import Client


def client(arguments: argparse.Namespace, pause: Callable[[float], None] = time.sleep) -> Client:
    """Raises ValueError or OSError where address or key are missing."""
    if not arguments.server:
        raise ValueError(
            "Say which server: --server https://radiographs.example, or FRACTURE_SERVER."
        )
    key = secret(arguments.key_file, "FRACTURE_API_KEY", "--key-file")
    return Client(arguments.server, key, pause=pause)


def secret(file: Path | None, variable: str, option: str) -> str:
    """From a file or else from the environment."""
    found = file.read_text() if file else os.environ.get(variable, "")
    if not found.strip():
        raise ValueError(f"There is no secret: put it into {variable}, or a file for {option}.")
    return found.strip()
