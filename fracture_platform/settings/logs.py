"""Logs go to standard error, one line an event: key=value, or JSON with LOG_FORMAT=json."""

from typing import Any

import structlog

from fracture_platform.logs import without_private
from fracture_platform.settings.environment import env

_as_json = env.str("LOG_FORMAT", default="text") == "json"
_common: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    without_private,
]
_last: list[Any] = (
    [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if _as_json
    else [
        structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    ]
)

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_common,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _common,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last],
        },
    },
    "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["standard_error"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # django_structlog says the same with the task's and the request's ids.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
