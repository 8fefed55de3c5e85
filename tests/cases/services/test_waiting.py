"""What waits: moved to another lane, asked for once a model is there, and put in order of time."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from cases import dispatch
from cases.models import Analysis, ModelVersion
from cases.services import analyses
from cases.vocabulary import AnalysisStatus, Priority, Purpose
from tests.factories import AnalysisFactory, RadiographFactory

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
