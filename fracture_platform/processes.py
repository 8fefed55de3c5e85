"""The processes of an installation, once: `manage.py run` and docker-compose.yml name the same.

The broker is not among them: it is Redis, or the embedded server of `running.broker_server`.
"""

from collections.abc import Mapping
from types import MappingProxyType

_WORKER = ("celery", "-A", "fracture_platform", "worker", "--pool", "prefork", "--concurrency")
# Workers do not talk to each other: nothing here needs it, and it costs traffic on the broker.
_QUIET = ("--loglevel", "info", "--without-gossip", "--without-mingle")

PROCESSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "web": (
            "gunicorn",
            "--config",
            "python:fracture_platform.web_server",
            "fracture_platform.wsgi",
        ),
        "worker": (
            *_WORKER,
            "1",
            "-Q",
            "inference.urgent,inference.routine",
            "-n",
            "inference@%h",
            *_QUIET,
        ),
        # It waits for other systems: one that hangs must not keep the others waiting.
        "housekeeping": (*_WORKER, "3", "-Q", "housekeeping", "-n", "housekeeping@%h", *_QUIET),
        "scheduler": ("python", "manage.py", "scheduler"),
    }
)
