"""Several processes at once: one claim, one result, and a case that misses no analysis."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from cases.models import Analysis, CaseEvent, ModelVersion
from cases.services import analyses, model_versions
from cases.services.status import mark_withdrawn
from cases.vocabulary import AnalysisStatus
from tests.bundles import place_bundle
from tests.cases.services.test_analyses import ANSWER
from tests.factories import AnalysisFactory, CaseFactory, ModelVersionFactory, RadiographFactory

pytestmark = pytest.mark.usefixtures("several_connections")
ROUNDS = 5


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment, each in a thread with a connection of its own."""
    barrier = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def test_one_of_many_claims_wins() -> None:
    for _ in range(ROUNDS):
        pk = AnalysisFactory().pk
        claim = partial(analyses.claim, analysis_id=pk)
        claims = at_once(*(partial(claim, worker_name=f"worker-{n}") for n in range(6)))
        (won,) = [claim for claim in claims if claim]
        row = Analysis.objects.get(pk=pk)
        assert (row.attempt, row.worker_name) == (1, won.worker_name)
        assert CaseEvent.objects.filter(analysis=pk).count() == 1


def test_two_analyses_of_a_case_that_end_at_once() -> None:
    for _ in range(ROUNDS):
        case = CaseFactory()
        lease = timezone.now() + timedelta(seconds=15)
        one, other = (
            AnalysisFactory(
                radiograph=RadiographFactory(case=case),
                status=AnalysisStatus.RUNNING,
                attempt=1,
                lease_until=lease,
            )
            for _ in range(2)
        )
        clear = ANSWER | {"level": "no_fracture_found", "probability": 0.1}
        written = at_once(
            partial(analyses.record_result, analysis_id=one.pk, attempt=1, **clear),
            partial(analyses.record_result, analysis_id=other.pk, attempt=1, **ANSWER),
        )
        assert written == [True, True]
        case.refresh_from_db()
        assert (case.status, case.level, case.urgency) == ("finished", "fracture", 10)


def test_a_result_and_a_withdrawal_at_once() -> None:
    """Both lock the case first, so neither waits for the other for ever."""
    for _ in range(ROUNDS):
        analysis = AnalysisFactory(
            status=AnalysisStatus.RUNNING, attempt=1, lease_until=timezone.now()
        )
        case = analysis.radiograph.case
        outcomes = at_once(
            partial(analyses.record_result, analysis_id=analysis.pk, attempt=1, **ANSWER),
            partial(mark_withdrawn, case_id=case.pk, reason="wrong patient"),
        )
        assert outcomes == [True, True]
        case.refresh_from_db()
        assert (case.status, case.level) == ("withdrawn", "fracture")


def test_the_reconciler_and_the_worker_at_once() -> None:
    """A lease that has just run out while the result is written: one of the two is too late."""
    for _ in range(ROUNDS):
        analysis = AnalysisFactory(
            status=AnalysisStatus.RUNNING, attempt=1, lease_until=timezone.now()
        )
        mine: dict[str, Any] = {"analysis_id": analysis.pk, "attempt": 1}
        written, returned = at_once(
            partial(analyses.record_result, **mine, **ANSWER),
            partial(
                analyses.return_to_queue,
                **mine,
                code="worker_lost",
                message="Lost.",
                lease_before=timezone.now(),
            ),
        )
        analysis.refresh_from_db()
        assert written != returned
        assert analysis.status == ("succeeded" if written else "queued")


@pytest.mark.parametrize("action", ["claim", "renew"])
def test_a_lease_counts_from_its_writing(action: str) -> None:
    """The database is busy for a while; the lease must not run out while it is asked for."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one writer at a time")
    pk = AnalysisFactory().pk
    if action == "renew":
        assert analyses.claim(analysis_id=pk, worker_name="w") is not None
    calls: dict[str, Callable[[], Any]] = {
        "claim": partial(analyses.claim, analysis_id=pk, worker_name="w"),
        "renew": partial(analyses.renew_lease, analysis_id=pk, attempt=1),
    }

    def busy() -> None:
        with transaction.atomic():
            time.sleep(1.5)

    def asked_meanwhile() -> datetime:
        time.sleep(0.2)
        assert calls[action]()
        return timezone.now()

    _, done = at_once(busy, asked_meanwhile)
    until = Analysis.objects.get(pk=pk).lease_until
    assert until is not None
    assert (until - done).total_seconds() > 14.5


def test_two_activations_at_once(settings: Settings, tmp_path: Path) -> None:
    settings.MODEL_BUNDLE_DIRS = [tmp_path]
    first, second = ModelVersionFactory(), ModelVersionFactory()
    for model in (first, second):
        place_bundle(model, tmp_path)
    at_once(
        partial(model_versions.activate, model_version=first),
        partial(model_versions.activate, model_version=second),
    )
    assert ModelVersion.objects.filter(is_active=True).count() == 1
