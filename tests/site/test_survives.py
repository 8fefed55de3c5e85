"""Whatever single process dies under `make run`, each analysis ends once and right within 30 s."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psutil
import pytest

from tests.factories import phantom
from tests.running_site import RunningSite, wait_for
from tests.site.client import Clinician, analyses, events, large_phantom

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]
WITHIN = 30


@pytest.fixture(scope="module")
def clinician(site: RunningSite) -> Clinician:
    return Clinician(site)


@pytest.fixture(autouse=True)
def whole_again(site: RunningSite) -> Iterator[None]:
    """Each test finds the site whole, and whatever it killed comes back by itself."""
    yield
    site.wait_until_ready(60)


def finished_once(site: RunningSite, case_id: UUID, seconds: float = WITHIN) -> dict[str, Any]:
    """Wait for the one analysis of a case; it succeeded, was written once, with an answer."""

    def done() -> bool:
        return bool(analyses(site, case_id)) and all(
            row["status"] == "succeeded" for row in analyses(site, case_id)
        )

    wait_for(done, seconds=seconds, every=0.2)
    (row,) = analyses(site, case_id)
    assert 0 <= row["probability"] <= 1
    assert events(site, case_id).count("succeeded") == 1
    assert (site.var_dir / "storage" / row["heatmap"]).stat().st_size > 0
    return row


def child_of(site: RunningSite) -> psutil.Process:
    """The worker's child, which holds the CNN."""
    return wait_for(lambda: psutil.Process(site.pids()["worker"]).children())[0]


def running(site: RunningSite, case_id: UUID) -> None:
    """Wait until a worker has claimed the case's analysis."""
    wait_for(lambda: analyses(site, case_id)[0]["status"] == "running", seconds=20, every=0.002)


def test_the_child_is_killed_while_it_works(site: RunningSite, clinician: Clinician) -> None:
    child = child_of(site)
    case_id, _ = clinician.upload(large_phantom(seed=1))
    running(site, case_id)
    child.kill()
    row = finished_once(site, case_id)
    assert row["attempt"] == 2


def test_the_parent_is_killed_while_its_child_works(
    site: RunningSite, clinician: Clinician
) -> None:
    child = child_of(site)
    case_id, _ = clinician.upload(large_phantom(seed=2))
    running(site, case_id)
    site.kill("worker")
    finished_once(site, case_id)
    wait_for(lambda: not child.is_running(), seconds=15)


def test_the_child_is_killed_during_the_result_write(
    site: RunningSite, clinician: Clinician
) -> None:
    """The heatmap file is stored just before the row is written: the kill lands between them."""
    child = child_of(site)
    heatmaps = site.var_dir / "storage" / "heatmaps"
    known = set(heatmaps.rglob("*.png"))
    case_id, _ = clinician.upload(large_phantom(seed=3))
    deadline = time.monotonic() + 20
    while set(heatmaps.rglob("*.png")) == known and time.monotonic() < deadline:
        pass  # a poll that sleeps would come too late
    os.kill(child.pid, signal.SIGKILL)
    finished_once(site, case_id)


def test_the_scheduler_is_killed(site: RunningSite, clinician: Clinician) -> None:
    killed = site.kill("scheduler")
    case_id, _ = clinician.upload(phantom(seed=4))
    finished_once(site, case_id)
    wait_for(lambda: site.pids()["scheduler"] not in {0, killed})


def test_the_broker_is_killed(site: RunningSite, clinician: Clinician) -> None:
    killed = site.kill("broker")
    case_id, _ = clinician.upload(phantom(seed=5))
    finished_once(site, case_id)
    wait_for(lambda: site.pids()["broker"] not in {0, killed})


def test_an_upload_while_the_broker_is_down(site: RunningSite, clinician: Clinician) -> None:
    _, usual = clinician.upload(phantom(seed=6))
    site.stop("broker")
    try:
        case_id, seconds = clinician.upload(phantom(seed=7))
        (row,) = analyses(site, case_id)
        assert (row["status"], row["published_at"]) == ("queued", None)
        assert clinician.http.get(site.base_url + "/readyz", timeout=10).status_code == 200
        status = site.status()
        assert status is not None
        assert status["ready"] is False
    finally:
        site.start("broker")
    finished_once(site, case_id)
    assert seconds < usual + 1.5  # "at most a second" and what a busy machine adds


def test_a_second_delivery_changes_nothing(site: RunningSite, clinician: Clinician) -> None:
    case_id, _ = clinician.upload(phantom(seed=8))
    before = finished_once(site, case_id)
    again = site.manage(
        "shell",
        "-c",
        "from celery import current_app as app\n"
        f"app.send_task('inference_worker.analyse_radiograph', args=['{UUID(before['id'])}'],"
        " queue='inference.urgent')",
    )
    assert again.returncode == 0, again.stderr
    claimed = "nothing_to_claim"
    wait_for(lambda: site.log("worker").count(claimed), seconds=15)
    assert analyses(site, case_id) == [before]


def test_the_worker_dies_with_many_waiting(site: RunningSite, clinician: Clinician) -> None:
    cases = [clinician.upload(phantom(seed=100 + n), reference=f"M-{n}")[0] for n in range(6)]
    child_of(site).kill()
    for case_id in cases:
        finished_once(site, case_id)
