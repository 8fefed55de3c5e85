"""Where settings come from: the environment, or for secrets a file that NAME_FILE points to."""

import os
import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.FileAwareEnv()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)  # what lies here is nobody else's business


def kept_secret(name: str) -> str:
    """A secret of this installation alone: made at first use, kept in a 0600 file under var/."""
    path = VAR_DIR / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    value = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
    return value
