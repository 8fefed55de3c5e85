"""Gunicorn's configuration. HOST and PORT say where it listens, WEB_* how much it takes on."""

import os
from pathlib import Path

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
worker_class = "fracture_platform.web_worker.PatientWorker"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
preload_app = True  # one import for all workers: a quicker start and shared memory
timeout = 60
graceful_timeout = 5
keepalive = 5
sendfile = False  # it would wait for slow readers in its own way
control_socket_disable = True
# Gunicorn writes a heartbeat file many times a second: into memory where there is such a folder.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
