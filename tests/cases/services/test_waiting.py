"""What waits: moved to another lane, asked for once a model is there, and put in order of time."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from cases import dispatch, tasks
from cases.models import Analysis, ModelVersion, Radiograph
from cases.services import analyses, attempts, status
from cases.vocabulary import AnalysisStatus, Priority, Purpose
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The ids handed to the queue, in order; there is no broker here."""
    ids: list[object] = []
    monkeypatch.setattr(dispatch, "publish", lambda *, analysis_id: ids.append(analysis_id))
    return ids


class TestAnotherLane:
    def test_only_clinical_ones_that_wait_move(
        self,
        published: list[object],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        moment = timezone.now()
        waits = AnalysisFactory(published_at=moment, publications=4)
        case = waits.radiograph.case
        same = {"radiograph": RadiographFactory(case=case), "published_at": moment}
        stays = [
            AnalysisFactory(**same, purpose=Purpose.SHADOW),
            AnalysisFactory(**same, succeeded=True),
            AnalysisFactory(
                **same,
                status=AnalysisStatus.RUNNING,
                attempt=1,
                lease_until=moment + timedelta(seconds=15),
            ),
            AnalysisFactory(published_at=moment),
        ]
        with django_capture_on_commit_callbacks(execute=True):
            assert analyses.change_lane(case=case, lane=Priority.URGENT) == 1
            assert published == []
        assert published == [waits.pk]
        waits.refresh_from_db()
        assert (waits.lane, waits.published_at, waits.publications) == ("urgent", None, 0)
        kept = Analysis.objects.filter(pk__in=[row.pk for row in stays])
        assert set(kept.values_list("lane", "published_at")) == {("routine", moment)}
        assert analyses.change_lane(case=case, lane=Priority.URGENT) == 0

    def test_it_needs_no_active_model_and_leaves_no_noise(self) -> None:
        waits = AnalysisFactory()
        assert not ModelVersion.objects.filter(is_active=True).exists()
        assert analyses.change_lane(case=waits.radiograph.case, lane=Priority.URGENT) == 1
        assert Analysis.objects.count() == 1
        assert not waits.radiograph.case.events.exists()


class TestNeverAsked:
    """Radiographs that came in while no model was active."""

    def test_each_is_asked_once_urgent_cases_first(
        self,
        model_version: ModelVersion,
        monkeypatch: pytest.MonkeyPatch,
        published: list[object],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        monkeypatch.setattr(analyses, "BATCH", 2)
        case = CaseFactory()
        routine = [RadiographFactory(case=case) for _ in range(4)]
        urgent = RadiographFactory(case=CaseFactory(priority=Priority.URGENT))
        for row in (*routine, urgent):
            status.update_case(case_id=row.case_id)
        with django_capture_on_commit_callbacks(execute=True):
            assert analyses.queue_unasked() == 5
        first = Analysis.objects.get(radiograph=urgent)
        assert (first.lane, first.model_version) == ("urgent", model_version)
        assert published[0] == first.pk
        assert len(published) == 5
        asked = Analysis.objects.values_list("radiograph", flat=True)
        assert set(asked) == {row.pk for row in (*routine, urgent)}
        assert analyses.queue_unasked() == 0

    def test_a_view_added_to_a_finished_case(self, model_version: ModelVersion) -> None:
        case = AnalysisFactory(succeeded=True).radiograph.case
        added = RadiographFactory(case=case)
        status.update_case(case_id=case.pk)
        assert analyses.queue_unasked() == 1
        assert added.analyses.get().status == "queued"

    def test_what_is_not_asked(self, model_version: ModelVersion) -> None:
        moment = timezone.now()
        gone = {"withdrawn_at": moment, "withdrawal_reason": "wrong patient"}
        RadiographFactory(**gone)
        RadiographFactory(case=CaseFactory(**gone, status="withdrawn"))
        RadiographFactory(not_assessable="colour_photograph")
        AnalysisFactory(status=AnalysisStatus.CANCELLED, finished_at=moment)
        AnalysisFactory(failed=True)
        shadowed = AnalysisFactory(purpose=Purpose.SHADOW).radiograph
        assert analyses.queue_unasked() == 1
        assert Analysis.objects.filter(radiograph=shadowed, purpose=Purpose.CLINICAL).exists()

    def test_without_a_model_they_go_on_waiting(self) -> None:
        radiograph = RadiographFactory()
        assert analyses.queue_unasked() == 0
        status.update_case(case_id=radiograph.case_id)
        radiograph.case.refresh_from_db()
        assert radiograph.case.status == "queued"

    def test_what_changes_while_it_runs(
        self, model_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """During the first of a batch, one is withdrawn and one asked for and answered."""
        first, withdrawn, answered, last = (RadiographFactory() for _ in range(4))
        queue = analyses.queue_analysis

        def meanwhile(*, radiograph: Radiograph) -> Analysis:
            if radiograph == first:
                changes = {"withdrawn_at": timezone.now(), "withdrawal_reason": "wrong patient"}
                Radiograph.objects.filter(pk=withdrawn.pk).update(**changes)
                AnalysisFactory(radiograph=answered, model_version=model_version, succeeded=True)
            return queue(radiograph=radiograph)

        monkeypatch.setattr(analyses, "queue_analysis", meanwhile)
        assert analyses.queue_unasked() == 2
        asked = Analysis.objects.filter(status=AnalysisStatus.QUEUED)
        assert set(asked.values_list("radiograph", flat=True)) == {first.pk, last.pk}
        assert answered.analyses.count() == 1
        assert not withdrawn.analyses.exists()

    def test_housekeeping_asks_too(self, model_version: ModelVersion) -> None:
        """For what was committed while a model was being activated."""
        radiograph = RadiographFactory()
        tasks.queue_unasked()
        assert radiograph.analyses.get().model_version == model_version


class TestOneClock:
    """The database's: hosts whose clocks differ must not disagree about what is newest or late."""

    def test_a_rerun_is_newer_than_what_it_repeats(self, model_version: ModelVersion) -> None:
        ahead = timezone.now() + timedelta(hours=1)
        earlier = AnalysisFactory(
            model_version=model_version, succeeded=True, level="fracture", created_at=ahead
        )
        again = analyses.rerun(radiograph=earlier.radiograph, actor=None)
        assert again.created_at == ahead + timedelta(microseconds=1)
        assert Analysis.objects.first() == again

    def test_waiting_is_counted_by_it(
        self, model_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moment = timezone.now() - timedelta(minutes=7)
        for module in (analyses, attempts):
            monkeypatch.setattr(module, "database_now", lambda: moment)
        made = analyses.queue_analysis(radiograph=RadiographFactory())
        assert (made.created_at, made.queued_at) == (moment, moment)
        Analysis.objects.filter(pk=made.pk).update(queued_at=timezone.now())
        claimed = analyses.claim(analysis_id=made.pk, worker_name="w")
        assert claimed is not None
        assert claimed.started_at == moment
        assert analyses.return_to_queue(
            analysis_id=made.pk, attempt=1, code="worker_lost", message="It stopped."
        )
        made.refresh_from_db()
        assert made.queued_at == moment
