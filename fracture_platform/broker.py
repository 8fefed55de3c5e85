"""Addresses of the broker: REDIS_URL, or the embedded server's socket."""

import hashlib
import os
import tempfile
from pathlib import Path


def embedded_socket(var_dir: Path) -> Path:
    """The embedded broker's socket.

    It lies in a short private folder, because Redis silently truncates a long socket path; its
    name follows from `var_dir`, so that every process of one installation finds it.
    """
    mark = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
    root = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(root) / f"fracture-{os.getuid()}-{mark}" / "broker.sock"


def embedded_url(var_dir: Path) -> str:
    return f"unix://{embedded_socket(var_dir)}?db=0"


def celery_url(redis_url: str) -> str:
    """The same address as Celery spells it (`unix://` is `redis+socket://` there)."""
    if redis_url.startswith("unix://"):
        return redis_url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=")
    return redis_url
