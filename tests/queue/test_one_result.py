"""Whatever is delivered twice or killed, each analysis ends once, with a correct result."""

import sqlite3
import time
from contextlib import closing

import pytest

from cases import dispatch
from cases.models import Worker
from cases.models.radiograph import private_storage
from cases.services.analyses import queue_analysis
from tests.factories import RadiographFactory
from tests.queue.platform import (
    Platform,
    assert_one_result,
    slow_radiograph,
    status_of,
    wait_for,
)

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("broker")]
WITHIN = 30
"""Seconds from a death to the result, with the leases that are shipped."""


def test_a_second_delivery_changes_nothing(platform: Platform) -> None:
    analysis = queue_analysis(radiograph=RadiographFactory())
    with dispatch.broker() as connection:
        assert dispatch.send(connection, analysis_id=analysis.pk)
        assert dispatch.send(connection, analysis_id=analysis.pk)
    platform.start_worker()
    wait_for(lambda: platform.log("worker").count("nothing_to_claim") == 2, seconds=10)
    assert_one_result(analysis)
    assert analysis.attempt == 1
    assert set(analysis.timings_ms) == {"waited", "read", "preprocessed", "inferred", "total"}


def test_the_child_is_killed(platform: Platform, slow_file: bytes) -> None:
    platform.start("scheduler")
    platform.start_worker()
    child = platform.child()
    analysis = queue_analysis(radiograph=slow_radiograph(slow_file))
    wait_for(lambda: status_of(analysis) == "running", seconds=10, every=0.002)
    child.kill()
    wait_for(lambda: status_of(analysis) == "succeeded", seconds=WITHIN)
    assert_one_result(analysis)
    assert analysis.attempt == 2


def test_the_parent_is_killed(quick: Platform, slow_file: bytes) -> None:
    quick.start("scheduler")
    quick.start_worker()
    child = quick.child()
    analysis = queue_analysis(radiograph=slow_radiograph(slow_file))
    wait_for(lambda: status_of(analysis) == "running", seconds=10, every=0.002)
    quick.kill("worker")
    wait_for(lambda: not child.is_running(), seconds=5)
    quick.start_worker()
    wait_for(lambda: status_of(analysis) == "succeeded", seconds=15)
    assert_one_result(analysis)
    assert analysis.attempt == 2


def test_the_child_is_killed_during_the_result_write(quick: Platform, slow_file: bytes) -> None:
    """The write waits for a lock that the test holds, after the file and before the row."""
    quick.start("scheduler")
    quick.start_worker()
    child = quick.child()
    analysis = queue_analysis(radiograph=slow_radiograph(slow_file))
    wait_for(lambda: status_of(analysis) == "running", seconds=10, every=0.002)
    with closing(sqlite3.connect(quick.folder / "db.sqlite3", isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        assert status_of(analysis) == "running"
        folder = f"heatmaps/{str(analysis.pk)[:2]}/{analysis.pk}"
        wait_for(lambda: private_storage().exists(folder), seconds=10)
        child.kill()
        lock.execute("ROLLBACK")
    wait_for(lambda: status_of(analysis) == "succeeded", seconds=15)
    assert_one_result(analysis)
    assert analysis.attempt == 2
    assert len(private_storage().listdir(folder)[1]) == 2  # one waits for housekeeping


def test_a_worker_that_wakes_up_too_late_writes_nothing(quick: Platform, slow_file: bytes) -> None:
    quick.start("scheduler")
    quick.start_worker()
    sleeper = quick.child()
    analysis = queue_analysis(radiograph=slow_radiograph(slow_file))
    wait_for(lambda: status_of(analysis) == "running", seconds=10, every=0.002)
    sleeper.suspend()
    quick.start("worker", as_name="second")
    wait_for(lambda: status_of(analysis) == "succeeded", seconds=20)
    analysis.refresh_from_db()
    assert analysis.worker_name.startswith("second@")
    sleeper.resume()
    wait_for(lambda: "result_dropped" in quick.log("worker"), seconds=15)
    assert_one_result(analysis)
    assert analysis.attempt == 2
    assert analysis.worker_name.startswith("second@")


def test_workers_sign_off_when_they_are_stopped(quick: Platform) -> None:
    quick.start("scheduler")
    quick.start("housekeeping")
    quick.start_worker()
    wait_for(lambda: Worker.objects.count() == 3, seconds=20)
    for process in quick.processes.values():
        process.terminate()
    began = time.monotonic()
    wait_for(lambda: all(p.poll() is not None for p in quick.processes.values()), seconds=10)
    assert time.monotonic() - began < 8
    assert not Worker.objects.exists()
