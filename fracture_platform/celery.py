"""The Celery app. Tasks are sent by name with ids only, as JSON; workers import the tasks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fracture_platform.settings.demo")
app = Celery("fracture_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
