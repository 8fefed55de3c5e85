"""The Celery app. Tasks are sent by name with ids only, as JSON; workers import the tasks."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fracture_platform.settings.demo")
app = Celery("fracture_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)
# Without this only the thread that imported it would find it, and a web server has many.
app.set_default()


@setup_logging.connect
def configure_logging(**_: Any) -> None:
    """Let workers log as every other process does, instead of as Celery would."""
    from django.conf import settings  # not read before they are needed

    logging.config.dictConfig(settings.LOGGING)
