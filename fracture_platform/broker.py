"""The broker: where it is (REDIS_URL, or the embedded server's socket) and whether it answers."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

LONGEST_SOCKET_PATH = 100
"""In bytes; systems allow 103 or 107 at most."""


class UnsafeFolderError(Exception):
    """The folder of the sockets cannot be used; the message is one sentence."""


def sockets_folder(var_dir: Path) -> Path:
    """Where the sockets of one installation lie.

    It is short, because Redis silently truncates a long socket path, and its name follows from
    `var_dir`, so that every process of one installation finds it.
    """
    mark = hashlib.sha256(str(var_dir).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"fracture-{os.getuid()}-{mark}"


def private_folder(var_dir: Path) -> Path:
    """`sockets_folder`, made if it is missing and checked to be ours alone.

    Raises UnsafeFolderError when it is a link, another user's, open to others, or too deep.
    """
    folder = sockets_folder(var_dir)
    if len(os.fsencode(embedded_socket(var_dir))) > LONGEST_SOCKET_PATH:
        raise UnsafeFolderError(f"{folder} is too long for a socket; set TMPDIR to a shorter one.")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise UnsafeFolderError(
            f"{folder} must be a folder of this user alone (mode 0700); remove it and start again."
        )
    return folder


def embedded_socket(var_dir: Path) -> Path:
    return sockets_folder(var_dir) / "broker.sock"


def embedded_url(var_dir: Path) -> str:
    return f"unix://{embedded_socket(var_dir)}?db=0"


def celery_url(redis_url: str) -> str:
    """The same address as Celery spells it (`unix://` is `redis+socket://` there)."""
    if redis_url.startswith("unix://"):
        return redis_url.replace("unix://", "redis+socket://", 1).replace("db=", "virtual_host=")
    return redis_url


def is_up(redis_url: str, *, timeout: float = 0.4) -> bool:
    """Whether the broker answers a PING; costs at most `timeout` twice (connect, then answer)."""
    client = redis.Redis.from_url(
        redis_url,
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
