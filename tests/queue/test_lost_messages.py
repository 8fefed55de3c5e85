"""A broker that is down, or has lost what it held, costs time and never an analysis."""

import signal
import time

import pytest

from cases.models import Analysis
from cases.services.analyses import queue_analysis
from tests.embedded_broker import EmbeddedBroker
from tests.factories import RadiographFactory
from tests.queue.platform import Platform, assert_one_result, status_of, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("broker")]


def test_the_broker_is_down_during_the_upload(platform: Platform, server: EmbeddedBroker) -> None:
    platform.start("scheduler")
    server.end(signal.SIGKILL)
    radiographs = [RadiographFactory() for _ in range(3)]
    began = time.monotonic()
    analyses = [queue_analysis(radiograph=each) for each in radiographs]
    assert time.monotonic() - began < 1
    assert not Analysis.objects.filter(published_at__isnull=False).exists()
    server.start()
    platform.start_worker()
    for analysis in analyses:
        wait_for(lambda a=analysis: status_of(a) == "succeeded", seconds=15)  # type: ignore[misc]
        assert_one_result(analysis)


def test_the_broker_loses_everything(platform: Platform, server: EmbeddedBroker) -> None:
    """The worker lives through it, connects again, and gets what the reconciler repeats."""
    platform.start("scheduler")
    platform.start_worker()
    parent = platform.processes["worker"]
    parent.send_signal(signal.SIGSTOP)  # or it would be quicker than the test
    analyses = [queue_analysis(radiograph=RadiographFactory()) for _ in range(5)]
    assert Analysis.objects.filter(published_at__isnull=False, status="queued").count() == 5
    server.end(signal.SIGKILL)
    server.forget()
    server.start()
    parent.send_signal(signal.SIGCONT)
    for analysis in analyses:
        wait_for(lambda a=analysis: status_of(a) == "succeeded", seconds=30)  # type: ignore[misc]
        assert_one_result(analysis)
