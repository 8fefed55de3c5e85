"""A whole case is asked about again: all of it, or nothing."""

import pytest

from accounts.models import User
from cases.models import Analysis, Case, ModelVersion, Radiograph
from cases.services import analyses
from cases.services.rerunning import NotOfThisCase, rerun_case
from cases.services.room import NeverRoom, NoRoom
from tests.factories import CaseFactory, RadiographFactory


@pytest.fixture
def several(case: Case, model_version: ModelVersion) -> list[Radiograph]:
    return [RadiographFactory(case=case) for _n in range(3)]


def test_of_several_all_or_none(
    case: Case, owner: User, several: list[Radiograph], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is withdrawn between the look and the asking takes the others with it."""
    real, asked = analyses.queue_analysis, []

    def breaks(*, radiograph: Radiograph, requested_by: User | None) -> Analysis:
        asked.append(radiograph)
        if len(asked) == 3:
            raise analyses.CannotBeAnalysed("It is gone.")
        return real(radiograph=radiograph, requested_by=requested_by)

    monkeypatch.setattr(analyses, "queue_analysis", breaks)
    with pytest.raises(analyses.CannotBeAnalysed):
        rerun_case(case=case, actor=owner)
    assert len(asked) == 3
    assert not Analysis.objects.exists()


def test_without_a_bound_there_is_always_room(
    case: Case, owner: User, several: list[Radiograph]
) -> None:
    assert len(rerun_case(case=case, actor=owner)) == 3


def test_room_is_asked_for_what_is_new(case: Case, owner: User, several: list[Radiograph]) -> None:
    rerun_case(case=case, actor=owner)
    other = CaseFactory(submitting_organization=case.submitting_organization)
    RadiographFactory(case=other)
    with pytest.raises(NoRoom):
        rerun_case(case=other, actor=owner, most_unfinished=3)
    assert len(rerun_case(case=case, actor=owner, most_unfinished=3)) == 3
    with pytest.raises(NeverRoom):
        rerun_case(case=case, actor=owner, most_unfinished=2)
    assert Analysis.objects.count() == 3


def test_one_of_another_case(case: Case, owner: User, several: list[Radiograph]) -> None:
    with pytest.raises(NotOfThisCase):
        rerun_case(case=case, actor=owner, radiograph_id=RadiographFactory().pk)
    assert not Analysis.objects.exists()
