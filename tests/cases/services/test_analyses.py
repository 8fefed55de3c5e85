"""An analysis moves by the table, one conditional UPDATE at a time, and tells the case."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from cases import dispatch
from cases.models import Analysis, CaseEvent, ModelVersion, Radiograph
from cases.models.radiograph import private_storage
from cases.services import analyses, transitions
from cases.vocabulary import AnalysisStatus, Priority, Purpose
from tests.factories import (
    AnalysisFactory,
    CaseFactory,
    ModelVersionFactory,
    RadiographFactory,
    phantom,
)

pytestmark = pytest.mark.django_db
ANSWER: dict[str, Any] = {
    "level": "fracture",
    "probability": 0.9,
    "logit": 2.2,
    "class_scores": {"fracture": 0.9},
    "heatmap": phantom(),
    "thresholds": {"rule_out": 0.3, "rule_in": 0.6},
    "weights_sha256": "a" * 64,
    "preprocessing_version": "1",
    "engine": "litert",
    "timings_ms": {"total": 12.5},
}
SENTENCE = "The worker stopped answering."


def running(**fields: Any) -> Analysis:
    fields = {"attempt": 1, "lease_until": timezone.now() + timedelta(seconds=15)} | fields
    return AnalysisFactory(status=AnalysisStatus.RUNNING, **fields)


def kinds(analysis: Analysis) -> list[str]:
    case = analysis.radiograph.case
    return list(CaseEvent.objects.filter(case=case).values_list("kind", flat=True))


def heatmaps(analysis: Analysis) -> list[str]:
    folder = f"heatmaps/{str(analysis.pk)[:2]}/{analysis.pk}"
    storage = private_storage()
    return storage.listdir(folder)[1] if storage.exists(folder) else []


ALLOWED = {
    ("queued", "running"),
    ("queued", "cancelled"),
    ("running", "queued"),
    ("running", "succeeded"),
    ("running", "failed"),
}


@pytest.mark.parametrize("source", AnalysisStatus)
@pytest.mark.parametrize("target", AnalysisStatus)
def test_only_moves_of_the_table_are_made(source: AnalysisStatus, target: AnalysisStatus) -> None:
    assert ((source, target) in transitions.TRANSITIONS) == ((source, target) in ALLOWED)
    if (source, target) not in ALLOWED:
        with pytest.raises(analyses.ForbiddenTransition):
            transitions.move(
                analysis_id=AnalysisFactory().pk, source=source, target=target, fields={}
            )


class TestQueueing:
    def test_what_fails_after_the_commit_does_not_fail_the_sender(
        self,
        model_version: ModelVersion,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        def locked(**_: object) -> bool:
            raise OperationalError("database is locked")

        monkeypatch.setattr(dispatch, "publish", locked)
        with django_capture_on_commit_callbacks(execute=True):
            analysis = analyses.queue_analysis(radiograph=RadiographFactory())
        analysis.refresh_from_db()
        assert (analysis.status, analysis.published_at) == ("queued", None)

    def test_the_active_model_is_asked(self, model_version: ModelVersion) -> None:
        ModelVersionFactory()
        radiograph = RadiographFactory(case=CaseFactory(priority=Priority.URGENT))
        analysis = analyses.queue_analysis(radiograph=radiograph)
        assert (analysis.model_version, analysis.lane) == (model_version, "urgent")
        assert kinds(analysis) == ["queued"]
        radiograph.case.refresh_from_db()
        assert (radiograph.case.status, radiograph.case.urgency) == ("queued", 2)

    def test_without_an_active_model(self) -> None:
        with pytest.raises(analyses.NoActiveModel):
            analyses.queue_analysis(radiograph=RadiographFactory())

    @pytest.mark.parametrize("status", ["queued", "running"])
    def test_one_that_is_under_way_is_returned(
        self, model_version: ModelVersion, status: str
    ) -> None:
        first = AnalysisFactory(model_version=model_version)
        if status == "running":
            analyses.claim(analysis_id=first.pk, worker_name="w")
        assert analyses.rerun(radiograph=first.radiograph, actor=None) == first

    def test_another_purpose_is_another_analysis_and_no_news(
        self, model_version: ModelVersion
    ) -> None:
        first = AnalysisFactory(model_version=model_version)
        shadow = analyses.queue_analysis(radiograph=first.radiograph, purpose=Purpose.SHADOW)
        assert shadow != first
        assert kinds(first) == []

    def test_a_rerun_is_a_new_row(self, model_version: ModelVersion) -> None:
        first = AnalysisFactory(model_version=model_version, succeeded=True)
        second = analyses.rerun(radiograph=first.radiograph, actor=None)
        assert second != first
        first.refresh_from_db()
        assert first.status == "succeeded"
        first.radiograph.case.refresh_from_db()
        assert (first.radiograph.case.status, first.radiograph.case.level) == ("queued", "fracture")

    @pytest.mark.parametrize(
        "fields",
        [
            {"not_assessable": "colour_photograph"},
            {"withdrawn_at": timezone.now(), "withdrawal_reason": "wrong patient"},
        ],
    )
    def test_what_is_not_analysed(self, model_version: ModelVersion, fields: Any) -> None:
        with pytest.raises(analyses.CannotBeAnalysed):
            analyses.queue_analysis(radiograph=RadiographFactory(**fields))
        assert not Analysis.objects.exists()


class TestClaiming:
    def test_the_first_claim_wins(self) -> None:
        analysis = AnalysisFactory()
        claimed = analyses.claim(analysis_id=analysis.pk, worker_name="first")
        assert claimed is not None
        assert (claimed.status, claimed.attempt, claimed.worker_name) == ("running", 1, "first")
        assert claimed.lease_until is not None
        left = (claimed.lease_until - timezone.now()).total_seconds()
        assert 14 < left <= 15
        assert analyses.claim(analysis_id=analysis.pk, worker_name="second") is None
        assert kinds(analysis) == ["started"]
        analysis.radiograph.case.refresh_from_db()
        assert analysis.radiograph.case.status == "running"

    def test_nothing_to_claim(self) -> None:
        ended = AnalysisFactory(succeeded=True)
        assert analyses.claim(analysis_id=ended.pk, worker_name="w") is None
        assert analyses.claim(analysis_id=RadiographFactory().pk, worker_name="w") is None

    def test_only_the_holder_renews(self) -> None:
        analysis = running(attempt=2, lease_until=timezone.now())
        assert not analyses.renew_lease(analysis_id=analysis.pk, attempt=1)
        assert analyses.renew_lease(analysis_id=analysis.pk, attempt=2)
        analysis.refresh_from_db()
        assert analysis.lease_until is not None
        assert analysis.lease_until > timezone.now() + timedelta(seconds=14)
        analyses.cancel(analysis_id=analysis.pk, actor=None)
        assert analyses.record_failure(
            analysis_id=analysis.pk, attempt=2, code="x", message=SENTENCE
        )
        assert not analyses.renew_lease(analysis_id=analysis.pk, attempt=2)


class TestOutcome:
    def test_a_result_is_written_once(self) -> None:
        analysis = running()
        mine: dict[str, Any] = {"analysis_id": analysis.pk, "attempt": 1}
        assert analyses.record_result(**mine, **ANSWER)
        assert not analyses.record_result(**mine, **ANSWER | {"level": "inconclusive"})
        assert not analyses.record_failure(**mine, code="x", message=SENTENCE)
        assert not analyses.return_to_queue(**mine, code="x", message=SENTENCE)
        analysis.refresh_from_db()
        assert (analysis.status, analysis.level) == ("succeeded", "fracture")
        assert (analysis.probability, analysis.logit) == (0.9, 2.2)
        assert analysis.heatmap.read() == phantom()
        assert len(heatmaps(analysis)) == 1
        assert analysis.lease_until is None
        assert analysis.finished_at is not None
        assert kinds(analysis) == ["succeeded"]

    def test_a_stale_attempt_leaves_no_trace(self) -> None:
        analysis = running(attempt=2)
        assert not analyses.record_result(analysis_id=analysis.pk, attempt=1, **ANSWER)
        analysis.refresh_from_db()
        assert analysis.status == "running"
        assert heatmaps(analysis) == []
        assert kinds(analysis) == []

    def test_not_assessable_has_no_probability(self) -> None:
        analysis = running()
        answer = ANSWER | {"level": "not_assessable", "probability": None, "heatmap": None}
        assert analyses.record_result(analysis_id=analysis.pk, attempt=1, **answer)
        analysis.radiograph.case.refresh_from_db()
        assert analysis.radiograph.case.level == "incomplete"

    def test_a_failure_says_why(self) -> None:
        analysis = running()
        assert analyses.record_failure(
            analysis_id=analysis.pk, attempt=1, code="radiograph_unreadable", message=SENTENCE
        )
        analysis.refresh_from_db()
        assert (analysis.status, analysis.error_message) == ("failed", SENTENCE)
        analysis.radiograph.case.refresh_from_db()
        assert analysis.radiograph.case.status == "failed"

    def test_a_transition_that_fails_half_way_changes_nothing(self) -> None:
        """The database refuses a probability of 2; row, event and case stay as they were."""
        analysis = running()
        with pytest.raises(Exception, match="constraint"), transaction.atomic():
            analyses.record_result(
                analysis_id=analysis.pk, attempt=1, **ANSWER | {"probability": 2.0}
            )
        analysis.refresh_from_db()
        assert analysis.status == "running"
        assert kinds(analysis) == []


class TestReturning:
    def test_it_waits_again(self) -> None:
        analysis = running(published_at=timezone.now(), publications=3)
        assert analyses.return_to_queue(
            analysis_id=analysis.pk, attempt=1, code="worker_lost", message=SENTENCE
        )
        analysis.refresh_from_db()
        assert (analysis.status, analysis.attempt) == ("queued", 1)
        assert (analysis.published_at, analysis.publications) == (None, 0)
        event = CaseEvent.objects.get(analysis=analysis)
        assert (event.kind, event.detail) == ("returned", {"code": "worker_lost", "attempt": 1})

    def test_the_last_attempt_fails(self, settings: Settings) -> None:
        settings.MAX_ATTEMPTS = 2
        analysis = running(attempt=2)
        assert analyses.return_to_queue(
            analysis_id=analysis.pk, attempt=2, code="timed_out", message=SENTENCE
        )
        analysis.refresh_from_db()
        assert (analysis.status, analysis.error_code) == ("failed", "timed_out")
        assert analysis.error_message.startswith(f"{SENTENCE} It was tried 2 times")

    @pytest.mark.parametrize("attempt", [1, 3])
    def test_a_lease_that_was_renewed_is_kept(self, attempt: int) -> None:
        analysis = running(attempt=attempt)
        assert not analyses.return_to_queue(
            analysis_id=analysis.pk,
            attempt=attempt,
            code="worker_lost",
            message=SENTENCE,
            lease_before=timezone.now(),
        )
        analysis.refresh_from_db()
        assert analysis.status == "running"

    def test_what_was_withdrawn_meanwhile_is_cancelled(self) -> None:
        analysis = running()
        Radiograph.objects.filter(pk=analysis.radiograph_id).update(
            withdrawn_at=timezone.now(), withdrawal_reason="wrong patient"
        )
        assert analyses.return_to_queue(
            analysis_id=analysis.pk, attempt=1, code="worker_lost", message=SENTENCE
        )
        analysis.refresh_from_db()
        assert analysis.status == "cancelled"


@pytest.mark.parametrize("status", AnalysisStatus)
def test_only_what_waits_is_cancelled(status: AnalysisStatus) -> None:
    final = {"succeeded": {"succeeded": True}, "failed": {"failed": True}}
    if status == AnalysisStatus.RUNNING:
        made = running()
    elif status == AnalysisStatus.CANCELLED:
        made = AnalysisFactory(status=status, finished_at=timezone.now())
    else:
        made = AnalysisFactory(**final.get(status, {}))
    assert analyses.cancel(analysis_id=made.pk, actor=None) == (status == "queued")
    made.refresh_from_db()
    assert made.status == ("cancelled" if status == "queued" else status)
