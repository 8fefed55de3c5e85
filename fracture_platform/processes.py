"""The processes of an installation, once: `manage.py run` and docker-compose.yml name the same.

The broker is not among them: it is Redis, or the embedded server of `running.broker_server`.
"""

from collections.abc import Mapping
from types import MappingProxyType

_CELERY = ("celery", "-A", "fracture_platform", "worker", "--pool")
_WORKER = (*_CELERY, "prefork", "--concurrency", "1")
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
            "-Q",
            "inference.urgent,inference.routine",
            "-n",
            "inference@%h",
            *_QUIET,
        ),
        "housekeeping": (*_WORKER, "-Q", "housekeeping", "-n", "housekeeping@%h", *_QUIET),
        # Threads: it does nothing but wait for other systems.
        "webhooks": (
            *_CELERY,
            "threads",
            "--concurrency",
            "8",
            "-Q",
            "webhooks",
            "-n",
            "webhooks@%h",
            *_QUIET,
        ),
        "scheduler": ("python", "manage.py", "scheduler"),
    }
)
