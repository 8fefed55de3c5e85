"""supervisord as `manage.py run` uses it: its configuration, its start, and questions to it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Error as XmlRpcError
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from fracture_platform import broker

BROKER = "broker"
STOP_SECONDS = 8
"""How long a child may take to end in an orderly way before it is killed."""

_HEAD = """\
[supervisord]
logfile={var_dir}/log/supervisord.log
logfile_maxbytes=2MB
logfile_backups=2
pidfile={var_dir}/run/supervisord.pid
directory={directory}
umask=077
silent=true

[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[group:platform]
programs={platform}
priority=20
"""

_PROGRAM = """
[program:{name}]
command={command}
priority=10
autorestart=true
startretries=1000000000
stopwaitsecs={stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={var_dir}/log/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def socket(var_dir: Path) -> Path:
    return broker.sockets_folder(var_dir) / "supervisor.sock"


def write_configuration(
    var_dir: Path, commands: Mapping[str, tuple[str, ...]], *, directory: Path
) -> Path:
    """supervisord's configuration for these commands, by name; where it was written.

    All stop at once except the broker, which the others still need while they stop.
    """
    for name in ("run", "log"):
        (var_dir / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    text = _HEAD.format(
        var_dir=_literal(str(var_dir)),
        directory=_literal(str(directory)),
        socket=_literal(str(socket(var_dir))),
        platform=",".join(name for name in commands if name != BROKER),
    ) + "".join(
        _PROGRAM.format(
            name=name,
            command=_literal(shlex.join(command)),
            var_dir=_literal(str(var_dir)),
            stop_seconds=STOP_SECONDS,
        )
        for name, command in commands.items()
    )
    path = var_dir / "run" / "supervisord.conf"
    path.write_text(text)
    return path


def _literal(text: str) -> str:
    """supervisord expands %(name)s in values."""
    return text.replace("%", "%%")


def start(configuration: Path, *, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start supervisord as a child of this process, out of reach of the terminal's Ctrl-C."""
    script = Path(__file__).with_name("supervisor_process.py")
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return subprocess.Popen(
        [sys.executable, "-P", str(script), str(configuration), str(os.getpid())],
        env={**environment, "PATH": path, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def client(var_dir: Path) -> Any:
    """supervisord's XML-RPC interface; calls raise OSError when it is not there."""
    transport = SupervisorTransport("", "", f"unix://{socket(var_dir)}")
    return ServerProxy("http://localhost", transport=transport).supervisor


def states(var_dir: Path) -> dict[str, dict[str, Any]]:
    """What supervisord says of each process (`pid`, `statename`); empty if it is not there."""
    try:
        return {row["name"]: row for row in client(var_dir).getAllProcessInfo()}
    except (OSError, HTTPException, XmlRpcError):
        return {}
