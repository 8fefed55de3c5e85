"""The demo's settings with time limits short enough to be waited for."""

from fracture_platform.settings.demo import *  # noqa: F403

CELERY_TASK_SOFT_TIME_LIMIT = 2
CELERY_TASK_TIME_LIMIT = 4
