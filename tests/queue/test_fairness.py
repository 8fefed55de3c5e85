"""No radiograph blocks the queue, urgent ones go first, and routine ones get their turn."""

import time

import pytest

from cases.models import Analysis
from cases.services.analyses import queue_analysis
from cases.vocabulary import CaseStatus, Priority
from tests.factories import CaseFactory, RadiographFactory
from tests.queue.platform import (
    Platform,
    assert_one_result,
    slow_radiograph,
    status_of,
    wait_for,
)

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("broker")]


def test_a_radiograph_that_kills_each_worker(quick: Platform, slow_file: bytes) -> None:
    # All is queued before a worker comes: one at work already might be done before we look.
    poison = queue_analysis(radiograph=slow_radiograph(slow_file))
    healthy = [queue_analysis(radiograph=RadiographFactory()) for _ in range(3)]
    quick.start("scheduler")
    quick.start("worker")
    deadline = time.monotonic() + 60
    killed = 0
    while status_of(poison) != "failed":
        assert time.monotonic() < deadline, quick.log("scheduler")
        if status_of(poison) == "running":
            quick.child().kill()
            killed += 1
            wait_for(lambda: status_of(poison) != "running", seconds=10, every=0.002)
        time.sleep(0.002)
    poison.refresh_from_db()
    assert (killed, poison.attempt, poison.error_code) == (3, 3, "worker_lost")
    assert "tried 3 times" in poison.error_message
    assert poison.radiograph.case.status == CaseStatus.FAILED
    for analysis in healthy:
        assert_one_result(analysis)


def test_urgent_overtakes_and_routine_is_not_starved(platform: Platform) -> None:
    routine = [RadiographFactory() for _ in range(20)]
    urgent = [RadiographFactory(case=CaseFactory(priority=Priority.URGENT)) for _ in range(6)]
    for radiograph in [*routine, *urgent]:
        queue_analysis(radiograph=radiograph)
    platform.start_worker()
    wait_for(lambda: not Analysis.objects.exclude(status="succeeded").exists(), seconds=20)
    order = list(Analysis.objects.order_by("started_at").values_list("lane", flat=True))
    places = [place for place, lane in enumerate(order, start=1) if lane == Priority.URGENT]
    assert all(place <= 2 * number for number, place in enumerate(places, start=1))
    assert order[:12].count(Priority.ROUTINE) >= 5
