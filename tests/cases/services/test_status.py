"""Status, level and urgency of a case: every rule of the derivation, and its one writer."""

import pytest

from cases.models import Case
from cases.services.status import Derived, RadiographState, derive, mark_withdrawn, update_case
from cases.vocabulary import Priority, Purpose
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory


def state(*statuses: str, level: str = "", assessable: bool = True) -> RadiographState:
    return RadiographState(assessable=assessable, statuses=list(statuses), level=level)


FRACTURE = state("succeeded", level="fracture")
UNCERTAIN = state("succeeded", level="inconclusive")
CLEAR = state("succeeded", level="no_fracture_found")
REFUSED = state("succeeded", level="not_assessable")
COLOUR = state(assessable=False)
QUEUED, RUNNING, FAILED, CANCELLED = map(state, ("queued", "running", "failed", "cancelled"))

TABLE = [
    # radiographs, status, level, rank of a routine case
    ([FRACTURE], "finished", "fracture", 10),
    ([UNCERTAIN], "finished", "inconclusive", 11),
    ([CLEAR], "finished", "no_fracture_found", 13),
    ([REFUSED], "finished", "incomplete", 12),
    ([CLEAR, CLEAR], "finished", "no_fracture_found", 13),
    ([CLEAR, UNCERTAIN], "finished", "inconclusive", 11),
    ([UNCERTAIN, FRACTURE, CLEAR], "finished", "fracture", 10),
    ([CLEAR, COLOUR], "finished", "incomplete", 12),
    ([CLEAR, REFUSED], "finished", "incomplete", 12),
    ([CLEAR, FAILED], "finished", "incomplete", 12),
    ([CLEAR, CANCELLED], "finished", "incomplete", 12),
    ([FRACTURE, FAILED], "finished", "fracture", 10),
    ([COLOUR], "finished", "incomplete", 12),
    ([], "finished", "incomplete", 12),
    ([QUEUED], "queued", "incomplete", 12),
    ([RUNNING], "running", "incomplete", 12),
    ([QUEUED, RUNNING], "running", "incomplete", 12),
    ([FRACTURE, QUEUED], "queued", "fracture", 10),
    ([CLEAR, QUEUED], "queued", "incomplete", 12),
    ([FAILED], "failed", "incomplete", 12),
    ([FAILED, CANCELLED], "failed", "incomplete", 12),
    ([FAILED, COLOUR], "failed", "incomplete", 12),
    ([CANCELLED], "cancelled", "incomplete", 12),
    ([CANCELLED, COLOUR], "cancelled", "incomplete", 12),
    # an assessable one that was never asked for waits for a model
    ([state()], "queued", "incomplete", 12),
    ([CLEAR, state()], "queued", "incomplete", 12),
    ([FRACTURE, state()], "queued", "fracture", 10),
    ([FAILED, state()], "queued", "incomplete", 12),
    ([RUNNING, state()], "running", "incomplete", 12),
    # a re-run: the newest decides the status, the newest that succeeded the level
    ([state("succeeded", "queued", level="fracture")], "queued", "fracture", 10),
    ([state("succeeded", "failed", level="no_fracture_found")], "failed", "no_fracture_found", 13),
    ([state("failed", "succeeded", level="fracture")], "finished", "fracture", 10),
    ([state("running", "succeeded", level="fracture")], "running", "fracture", 10),
]


@pytest.mark.parametrize(("radiographs", "status", "level", "rank"), TABLE)
def test_every_combination(
    radiographs: list[RadiographState], status: str, level: str, rank: int
) -> None:
    routine = derive(withdrawn=False, priority=Priority.ROUTINE, radiographs=radiographs)
    urgent = derive(withdrawn=False, priority=Priority.URGENT, radiographs=radiographs)
    withdrawn = derive(withdrawn=True, priority=Priority.ROUTINE, radiographs=radiographs)
    assert routine == Derived(status, level, rank)
    assert urgent == Derived(status, level, rank - 10)
    assert withdrawn == Derived("withdrawn", level, rank)


def columns(case: Case) -> tuple[str, str, int]:
    case.refresh_from_db()
    return case.status, case.level, case.urgency


@pytest.mark.django_db
class TestWriter:
    def test_newest_succeeded_analysis_of_each_radiograph_counts(self) -> None:
        case = CaseFactory()
        first, second = RadiographFactory(case=case), RadiographFactory(case=case)
        AnalysisFactory(radiograph=first, succeeded=True, level="fracture")
        AnalysisFactory(radiograph=first, succeeded=True, level="no_fracture_found")
        AnalysisFactory(radiograph=second, succeeded=True, level="inconclusive")
        update_case(case_id=case.pk)
        assert columns(case) == ("finished", "inconclusive", 11)

    @pytest.mark.parametrize("purpose", [Purpose.SHADOW, Purpose.EVALUATION])
    def test_only_clinical_analyses_count(self, purpose: Purpose) -> None:
        radiograph = RadiographFactory()
        AnalysisFactory(radiograph=radiograph, succeeded=True, level="no_fracture_found")
        AnalysisFactory(radiograph=radiograph, succeeded=True, level="fracture", purpose=purpose)
        update_case(case_id=radiograph.case_id)
        assert columns(radiograph.case) == ("finished", "no_fracture_found", 13)

    def test_withdrawn_radiographs_do_not_count(self) -> None:
        case = CaseFactory()
        wrong = RadiographFactory(
            case=case, withdrawn_at=case.created_at, withdrawal_reason="other patient"
        )
        AnalysisFactory(radiograph=wrong, succeeded=True, level="fracture")
        AnalysisFactory(
            radiograph=RadiographFactory(case=case), succeeded=True, level="no_fracture_found"
        )
        update_case(case_id=case.pk)
        assert columns(case) == ("finished", "no_fracture_found", 13)

    def test_other_cases_are_left_alone(self) -> None:
        other = AnalysisFactory(succeeded=True).radiograph.case
        update_case(case_id=AnalysisFactory().radiograph.case_id)
        assert columns(other) == ("queued", "incomplete", 0)

    def test_a_case_is_withdrawn_once(self) -> None:
        case = AnalysisFactory(succeeded=True).radiograph.case
        assert mark_withdrawn(case_id=case.pk, reason="wrong patient")
        assert not mark_withdrawn(case_id=case.pk, reason="another reason")
        update_case(case_id=case.pk)
        assert columns(case) == ("withdrawn", "fracture", 10)
        assert case.withdrawal_reason == "wrong patient"
