"""The task: what is written for an answer, and for each way in which an attempt can fail."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from pytest_django.fixtures import Settings

from cases.models import Analysis, CaseEvent, ModelVersion, Radiograph
from cases.models.radiograph import private_storage
from cases.services.analyses import claim, renew_lease
from cases.vocabulary import AnalysisStatus
from inference_worker import assessment, lease, tasks
from inference_worker.answer import Answer, answer
from inference_worker.assessment import NoUsableAnswer
from inference_worker.lease import Lease
from inference_worker.loaded import Loaded
from inference_worker.marks import Mark, marks_of
from tests.factories import AnalysisFactory, RadiographFactory, phantom

pytestmark = pytest.mark.django_db


def analysed(analysis: Analysis) -> Analysis:
    """Run the task in this process, as a worker's child would, and read the row again."""
    tasks.analyse_radiograph.run(str(analysis.pk))
    analysis.refresh_from_db()
    return analysis


def test_an_answer_with_all_that_made_it(installed: ModelVersion) -> None:
    created = timezone.now() - timedelta(seconds=2)
    analysis = analysed(AnalysisFactory(model_version=installed, created_at=created))
    assert analysis.status == "succeeded"
    assert analysis.probability is not None
    assert 0 <= analysis.probability <= 1
    assert analysis.logit is not None
    assert set(analysis.class_scores) == {"fracture"}
    assert analysis.thresholds == installed.manifest["thresholds"]
    assert analysis.weights_sha256 == installed.weights_sha256
    assert analysis.engine == "litert"
    assert analysis.preprocessing_version == installed.manifest["preprocessing_version"]
    assert analysis.heatmap.read().startswith(b"\x89PNG")
    timings = analysis.timings_ms
    assert 2000 <= timings["waited"] < timings["total"]
    assert all(timings[step] > 0 for step in ("read", "preprocessed", "inferred"))
    parts = sum(timings[step] for step in ("waited", "read", "preprocessed", "inferred"))
    assert timings["total"] >= parts - 0.1


def test_the_level_follows_the_thresholds(installed: ModelVersion) -> None:
    analysis = analysed(AnalysisFactory(model_version=installed))
    assert analysis.probability is not None
    limits = installed.manifest["thresholds"]
    if analysis.probability > limits["rule_in"]:
        expected = "fracture"
    elif analysis.probability < limits["rule_out"]:
        expected = "no_fracture_found"
    else:
        expected = "inconclusive"
    assert analysis.level == expected


def test_marks_come_with_a_suspected_fracture(
    installed: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drawn phantom is no fracture: the level and a low cut are put into the answer's way."""

    def suspected(*said: Any) -> Answer:
        return replace(answer(*said), level="inconclusive")

    def easily(map_: Any, **options: Any) -> list[Mark]:
        return marks_of(map_, **options | {"cut": float(map_.max()) / 2})

    monkeypatch.setattr(assessment, "answer", suspected)
    monkeypatch.setattr(assessment, "marks_of", easily)
    analysis = analysed(AnalysisFactory(model_version=installed))
    assert (analysis.status, analysis.level) == ("succeeded", "inconclusive")
    assert analysis.marks
    for mark in analysis.marks:
        assert 0 <= mark["x"] < mark["x"] + mark["width"] <= analysis.radiograph.width
        assert 0 <= mark["y"] < mark["y"] + mark["height"] <= analysis.radiograph.height
        assert 0 <= mark["peak"] <= 1


def test_a_second_run_changes_nothing(installed: ModelVersion) -> None:
    analysis = analysed(AnalysisFactory(model_version=installed))
    finished = analysis.finished_at
    assert analysed(analysis).finished_at == finished


@pytest.mark.parametrize("garbage", ["", "no-id", "1", "00000000-0000-4000-8000-000000000000"])
def test_a_message_about_nothing(garbage: str) -> None:
    tasks.analyse_radiograph.run(garbage)
    assert not Analysis.objects.exists()


def missing(radiograph: Radiograph) -> None:
    private_storage().delete(str(radiograph.canonical.name))


def broken(radiograph: Radiograph) -> None:
    Path(radiograph.canonical.path).write_bytes(phantom()[:60])


def in_colour(radiograph: Radiograph) -> None:
    Path(radiograph.canonical.path).write_bytes(b"GIF89a")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (missing, "radiograph_missing"),
        (broken, "radiograph_unreadable"),
        (in_colour, "radiograph_unreadable"),
    ],
)
def test_what_no_repetition_mends(
    installed: ModelVersion, damage: Callable[[Radiograph], None], code: str
) -> None:
    analysis = AnalysisFactory(model_version=installed)
    damage(analysis.radiograph)
    analysed(analysis)
    assert (analysis.status, analysis.error_code, analysis.attempt) == ("failed", code, 1)
    assert analysis.error_message.endswith(".")
    analysis.radiograph.case.refresh_from_db()
    assert analysis.radiograph.case.status == "failed"


def test_a_storage_that_does_not_answer(installed: ModelVersion) -> None:
    """A folder in the place of the file gives another OSError than a missing file does."""
    radiograph = RadiographFactory()
    path = Path(radiograph.canonical.path)
    path.unlink()
    path.mkdir()
    analysis = analysed(AnalysisFactory(model_version=installed, radiograph=radiograph))
    assert (analysis.status, analysis.attempt, analysis.published_at) == ("queued", 1, None)
    for _ in range(28):
        analysed(analysis)
    assert (analysis.status, analysis.attempt) == ("queued", 29)
    analysed(analysis)
    assert (analysis.status, analysis.error_code) == ("failed", "storage_unavailable")
    assert "tried 30 times" in analysis.error_message


def test_it_succeeds_when_the_storage_is_back(installed: ModelVersion) -> None:
    radiograph = RadiographFactory()
    path = Path(radiograph.canonical.path)
    path.unlink()
    path.mkdir()
    analysis = analysed(AnalysisFactory(model_version=installed, radiograph=radiograph))
    path.rmdir()
    path.write_bytes(phantom())
    assert (analysed(analysis).status, analysis.attempt) == ("succeeded", 2)


def test_a_model_that_is_not_here_costs_no_attempt(
    installed: ModelVersion,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often it is delivered: the worker lacks something, not the radiograph."""
    monkeypatch.setattr(tasks, "loaded", Loaded())
    folders = settings.MODEL_BUNDLE_DIRS
    analysis = AnalysisFactory(model_version=installed)
    settings.MODEL_BUNDLE_DIRS = [tmp_path]
    for _ in range(5):
        analysed(analysis)
    assert (analysis.status, analysis.attempt, analysis.error_code) == ("queued", 0, "")
    assert not CaseEvent.objects.exists()
    settings.MODEL_BUNDLE_DIRS = folders
    assert (analysed(analysis).status, analysis.attempt) == ("succeeded", 1)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SoftTimeLimitExceeded(), "timed_out"),
        (DatabaseError("gone"), "database_unavailable"),
        (InterfaceError("connection already closed"), "database_unavailable"),
        (PermissionError("no"), "storage_unavailable"),
        (MemoryError(), "unexpected_error"),
        (NoUsableAnswer("nan"), "no_usable_answer"),
    ],
)
def test_each_failure_has_its_code(error: Exception, code: str, settings: Settings) -> None:
    settings.MAX_ATTEMPTS = settings.MAX_ATTEMPTS_WHILE_UNWELL = 1
    analysis = claim(analysis_id=AnalysisFactory().pk, worker_name="w")
    assert analysis is not None
    tasks.give_up(analysis, error)
    analysis.refresh_from_db()
    assert (analysis.status, analysis.error_code) == ("failed", code)


@pytest.mark.parametrize("kind", [DatabaseError, InterfaceError])
@pytest.mark.parametrize("step", ["claim", "record_result", "return_to_queue"])
def test_a_database_that_goes_away_stops_no_worker(
    installed: ModelVersion, monkeypatch: pytest.MonkeyPatch, kind: type[Exception], step: str
) -> None:
    """What could not be written is found by the reconciler when the lease has run out."""

    def gone(**_: object) -> None:
        raise kind("connection already closed")

    monkeypatch.setattr(tasks, step, gone)
    if step == "return_to_queue":
        monkeypatch.setattr(tasks, "record_result", gone)
    analysis = analysed(AnalysisFactory(model_version=installed))
    left = {"claim": "queued", "record_result": "queued", "return_to_queue": "running"}
    assert analysis.status == left[step]


class TestLease:
    @pytest.fixture
    def claimed(self, several_connections: None, settings: Settings) -> Analysis:
        settings.LEASE_RENEWAL_SECONDS = 0.05
        row = AnalysisFactory(
            status=AnalysisStatus.RUNNING,
            attempt=1,
            lease_until=timezone.now(),
            radiograph=RadiographFactory(canonical=ContentFile(phantom(), "canonical.png")),
        )
        return Analysis.objects.get(pk=row.pk)

    def held(self, analysis: Analysis) -> Lease:
        return Lease(analysis_id=analysis.pk, attempt=analysis.attempt)

    def until(self, analysis: Analysis) -> float:
        analysis.refresh_from_db()
        assert analysis.lease_until is not None
        return (analysis.lease_until - timezone.now()).total_seconds()

    def test_it_is_renewed_until_the_end(self, claimed: Analysis) -> None:
        with self.held(claimed) as held:
            time.sleep(0.4)
            assert 14 < self.until(claimed) <= 15
        assert not held._thread.is_alive()
        self.until(claimed)
        before = claimed.lease_until
        time.sleep(0.15)
        self.until(claimed)
        assert claimed.lease_until == before

    @pytest.mark.parametrize("kind", [DatabaseError, InterfaceError])
    def test_it_outlives_a_broken_connection(
        self, claimed: Analysis, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
    ) -> None:
        asked: list[int] = []

        def broken_once(**mine: Any) -> bool:
            asked.append(1)
            if len(asked) == 1:
                raise kind("connection already closed")
            return renew_lease(**mine)

        monkeypatch.setattr(lease, "renew_lease", broken_once)
        with self.held(claimed):
            time.sleep(0.4)
        assert self.until(claimed) > 14

    def test_a_lost_claim_is_not_renewed(self, claimed: Analysis) -> None:
        Analysis.objects.filter(pk=claimed.pk).update(attempt=2)
        with self.held(claimed) as held:
            held._thread.join(2)
            assert not held._thread.is_alive()
        assert self.until(claimed) < 0

    def test_nor_beyond_the_hard_limit(self, claimed: Analysis, settings: Settings) -> None:
        settings.CELERY_TASK_TIME_LIMIT = 0
        with self.held(claimed) as held:
            held._thread.join(2)
            assert not held._thread.is_alive()
        assert self.until(claimed) < 0
