"""An analysis that takes too long is stopped, and one that hangs is killed; both are repeated."""

import time

import pytest

from cases.models import Analysis, CaseEvent
from cases.services.analyses import queue_analysis
from inference_worker.tasks import analyse_radiograph
from tests.factories import RadiographFactory
from tests.queue.platform import (
    Platform,
    assert_one_result,
    slow_radiograph,
    status_of,
    wait_for,
)

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("broker")]


def frozen_at_work(platform: Platform, data: bytes) -> Analysis:
    """A worker with short time limits, whose child is frozen in the middle of an analysis.

    This process knows the task and has other limits in its settings: the worker's must count.
    """
    assert analyse_radiograph.soft_time_limit > 10
    platform.environment["DJANGO_SETTINGS_MODULE"] = "tests.queue.impatient"
    platform.start_worker()
    child = platform.child()
    analysis = queue_analysis(radiograph=slow_radiograph(data))
    wait_for(lambda: status_of(analysis) == "running", seconds=10, every=0.002)
    time.sleep(0.05)  # a child frozen at the end of its claim would still hold SQLite's one lock
    child.suspend()
    return analysis


def test_one_that_takes_too_long_is_returned(platform: Platform, slow_file: bytes) -> None:
    analysis = frozen_at_work(platform, slow_file)
    child = platform.child()
    time.sleep(2.5)
    child.resume()
    wait_for(lambda: status_of(analysis) == "queued", seconds=10)
    event = CaseEvent.objects.get(analysis=analysis, kind=CaseEvent.Kind.RETURNED)
    assert event.detail == {"code": "timed_out", "attempt": 1}
    following = queue_analysis(radiograph=RadiographFactory())
    wait_for(lambda: status_of(following) == "succeeded", seconds=10)
    assert platform.child() == child


def test_one_that_hangs_is_killed(quick: Platform, slow_file: bytes) -> None:
    quick.start("scheduler")
    analysis = frozen_at_work(quick, slow_file)
    wait_for(lambda: status_of(analysis) == "succeeded", seconds=25)
    assert_one_result(analysis)
    assert analysis.attempt == 2
