"""Celery. The database row is the truth and the broker a hint: nothing here is relied on for it."""

from typing import Any

from fracture_platform.settings.environment import env

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_TASK_TRACK_STARTED = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
# A publish that finds no broker gives up at once: the reconciler publishes again.
CELERY_TASK_PUBLISH_RETRY = False
PUBLISH_TIMEOUT_SECONDS = 0.5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 300,  # above the hard limit, or a slow task would be delivered twice
    "socket_connect_timeout": 1,
    # A broker that hangs without closing is noticed after brpop_timeout + twice this.
    "health_check_interval": 10,
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A child that loads a model needs longer than the 4 s after which Celery calls it dead.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 120
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False

# The lanes of the inference queue. A worker takes from them in turn (kombu's round robin), so an
# urgent analysis waits for one routine analysis at most, and routine ones never starve.
INFERENCE_LANES = {"urgent": "inference.urgent", "routine": "inference.routine"}
HOUSEKEEPING_QUEUE = "housekeeping"
WEBHOOK_QUEUE = "webhooks"

# A killed worker costs LEASE_SECONDS + RECONCILER_SECONDS at most.
LEASE_SECONDS = env.int("LEASE_SECONDS", default=15)
LEASE_RENEWAL_SECONDS = env.int("LEASE_RENEWAL_SECONDS", default=5)
RECONCILER_SECONDS = env.int("RECONCILER_SECONDS", default=5)
REPUBLISH_AFTER_SECONDS = 10
MAX_ATTEMPTS = 3
# Storage or database unwell is nobody's radiograph's fault: with its rests this lasts half an hour.
MAX_ATTEMPTS_WHILE_UNWELL = 30

INFERENCE_ENGINE = env.str("INFERENCE_ENGINE", default="litert")
INFERENCE_THREADS = env.int("INFERENCE_THREADS", default=1)
