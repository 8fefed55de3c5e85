"""Where settings come from: the environment, or for secrets a file that NAME_FILE points to."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping


class _Environment(FileAwareMapping):
    """Reads NAME_FILE without the line end that an editor or `echo` leaves in it."""

    def __getitem__(self, name: str) -> str:
        try:
            value = super().__getitem__(name)
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from None
        return value.strip() if self.env.get(f"{name}_FILE") else value


class _Env(environ.Env):
    ENVIRON = _Environment()


BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = _Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
try:
    VAR_DIR.mkdir(
        parents=True, exist_ok=True, mode=0o700
    )  # what lies here is nobody else's business
except OSError as problem:
    raise ImproperlyConfigured(f"The folder VAR_DIR cannot be made: {problem}.") from None


def kept_secret(name: str) -> str:
    """A secret of this installation alone: made at first use, kept in a 0600 file under var/.

    The file appears whole or not at all, so that processes that start together agree.
    """
    path = VAR_DIR / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text().strip()
