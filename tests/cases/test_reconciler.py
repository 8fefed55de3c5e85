"""The reconciler finds what got lost, and leaves alone what only waits."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from cases import dispatch, reconciler
from cases.models import Analysis, CaseEvent
from cases.services.analyses import claim
from cases.vocabulary import AnalysisStatus, Priority
from tests.embedded_broker import EmbeddedBroker
from tests.factories import AnalysisFactory
from tests.queue.platform import own_broker

pytestmark = [pytest.mark.broker, pytest.mark.django_db]
LANE = "inference.routine"


@pytest.fixture(autouse=True)
def queue(server: EmbeddedBroker, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedBroker]:
    monkeypatch.setattr(dispatch, "_silent_until", 0.0)
    with own_broker(server.url):
        yield server


def pass_after(seconds: float = 0) -> tuple[int, int, int]:
    """One pass that many seconds from now: how many were returned, failed, published."""
    report = reconciler.run_once(now=timezone.now() + timedelta(seconds=seconds))
    assert report.broker_up
    return report.returned, report.failed, report.published


def messages() -> int:
    with dispatch.broker() as connection:
        return dispatch.waiting_messages(connection, queue=LANE)


def waiting(number: int, *, published: bool = True, **fields: Any) -> list[Analysis]:
    """Queued analyses of one case, published over the broker if so said."""
    rows: list[Analysis] = [AnalysisFactory(**fields) for _ in range(number)]
    if published:
        with dispatch.broker() as connection:
            for row in rows:
                assert dispatch.send(connection, analysis_id=row.pk)
    return rows


def leased(until: float, **fields: Any) -> Analysis:
    return AnalysisFactory(
        status=AnalysisStatus.RUNNING,
        lease_until=timezone.now() + timedelta(seconds=until),
        **{"attempt": 1} | fields,
    )


def test_nothing_to_do() -> None:
    AnalysisFactory(succeeded=True)
    leased(until=10)
    assert pass_after() == (0, 0, 0)


class TestUnpublished:
    @pytest.mark.parametrize(
        ("attempt", "age", "published"),
        [
            (0, 1, 0),
            (0, 3, 1),
            (1, 9, 0),
            (1, 11, 1),
            (2, 59, 0),
            (2, 61, 1),
            (5, 59, 0),
            (5, 61, 1),
        ],
    )
    def test_after_a_rest_that_grows(self, attempt: int, age: float, published: int) -> None:
        waiting(1, published=False, attempt=attempt)
        assert pass_after(age) == (0, 0, published)
        assert messages() == published

    def test_in_batches_urgent_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reconciler, "BATCH", 3)
        waiting(3, published=False)
        (urgent,) = waiting(1, published=False, lane=Priority.URGENT)
        assert pass_after(5) == (0, 0, 3)
        urgent.refresh_from_db()
        assert urgent.publications == 1
        assert pass_after(5) == (0, 0, 1)


class TestLeases:
    def test_an_expired_one_is_handed_over_at_once(self) -> None:
        analysis = leased(until=-1, worker_name="inference@gone")
        assert pass_after() == (1, 0, 1)
        assert messages() == 1
        again = claim(analysis_id=analysis.pk, worker_name="inference@here")
        assert again is not None
        assert again.attempt == 2

    def test_a_used_up_one_fails_with_a_sentence(self) -> None:
        analysis = leased(until=-1, attempt=3)
        assert pass_after() == (0, 1, 0)
        analysis.refresh_from_db()
        assert (analysis.status, analysis.error_code) == ("failed", "worker_lost")
        assert analysis.error_message == (
            "The analysis was interrupted: its worker stopped answering. It was tried 3 times: "
            "read the radiograph without the software, or ask for the analysis again."
        )
        analysis.radiograph.case.refresh_from_db()
        assert analysis.radiograph.case.status == "failed"

    def test_attempts_that_an_outage_cost_are_not_held_against_it(self) -> None:
        """Six times the storage did not answer; then its worker is killed for the first time."""
        analysis = leased(until=-1, attempt=7)
        for attempt in range(1, 7):
            CaseEvent.objects.create(
                case=analysis.radiograph.case,
                analysis=analysis,
                kind=CaseEvent.Kind.RETURNED,
                detail={"code": "storage_unavailable", "attempt": attempt},
            )
        assert pass_after() == (1, 0, 1)
        analysis.refresh_from_db()
        assert (analysis.status, analysis.attempt) == ("queued", 7)

    def test_without_a_broker_too(self, queue: EmbeddedBroker) -> None:
        lost, spent = leased(until=-1), leased(until=-1, attempt=3)
        queue.end()
        report = reconciler.run_once()
        assert (report.returned, report.failed, report.published) == (1, 1, 0)
        assert not report.broker_up
        assert not Analysis.objects.filter(pk__in=[lost.pk, spent.pk], status="running").exists()


class TestUntouched:
    def test_an_empty_lane_has_lost_them(self, queue: EmbeddedBroker) -> None:
        waiting(3)
        redis.Redis.from_url(queue.url).flushall()
        assert pass_after(9) == (0, 0, 0)
        assert pass_after(11) == (0, 0, 3)
        assert messages() == 3

    def test_a_long_lane_is_not_flooded(self) -> None:
        waiting(40)
        assert pass_after(15) == (0, 0, 0)
        first = pass_after(25)
        assert first == (0, 0, reconciler.SUSPECTS)
        repeated = set(Analysis.objects.filter(publications=2).values_list("pk", flat=True))
        pass_after(26)
        assert Analysis.objects.filter(publications=2).count() == 2 * reconciler.SUSPECTS
        assert not Analysis.objects.filter(pk__in=repeated, publications__gt=2).exists()

    def test_as_many_as_a_lane_has_lost(self, queue: EmbeddedBroker) -> None:
        waiting(40)
        redis.Redis.from_url(queue.url).ltrim(LANE, 0, 9)
        assert pass_after(25) == (0, 0, 30)
        assert messages() == 40

    @pytest.mark.parametrize(
        ("publications", "rest"), [(1, 20), (2, 40), (3, 80), (5, 320), (6, 600), (40, 600)]
    )
    def test_ever_more_rarely(self, publications: int, rest: float) -> None:
        (row,) = waiting(1)
        Analysis.objects.filter(pk=row.pk).update(publications=publications)
        assert pass_after(rest - 1) == (0, 0, 0)
        assert pass_after(rest + 1) == (0, 0, 1)

    def test_a_lane_that_nobody_consumes_does_not_grow_for_ever(self) -> None:
        """No worker for days: each row was repeated as often as the rests allow."""
        rows = waiting(6)
        for _ in range(30):
            long_ago = timezone.now() - timedelta(seconds=700)
            Analysis.objects.update(published_at=long_ago)
            pass_after()
        bound = 2 * len(rows) + reconciler.SUSPECTS
        assert bound < messages() <= bound + reconciler.SUSPECTS
        Analysis.objects.update(published_at=timezone.now() - timedelta(days=2))
        assert pass_after() == (0, 0, 0)

    def test_a_repeat_that_is_not_needed_claims_nothing(self) -> None:
        (row,) = waiting(1)
        assert claim(analysis_id=row.pk, worker_name="w") is not None
        assert pass_after(14) == (0, 0, 0)


def test_the_other_lane_is_judged_by_itself(queue: EmbeddedBroker) -> None:
    waiting(2)
    waiting(1, lane=Priority.URGENT)
    redis.Redis.from_url(queue.url).delete("inference.urgent")
    assert pass_after(11) == (0, 0, 1)
