"""Turnaround: percentiles by hand, and what does not count."""

from datetime import timedelta

import pytest

from accounts.models import Organization, User
from cases.models import Analysis, CaseEvent
from tests.cases.selectors.figures.made import NOW, ago, answered, figures, read, received
from tests.factories import RadiographFactory, UserFactory


def test_percentiles_are_those_of_the_nearest_rank(hospital: Organization) -> None:
    """Of 1 to 20 seconds the 10th, the 18th and the 19th."""
    for seconds in (7, 20, 1, 13, 5, 18, 2, 9, 15, 11, 4, 19, 3, 17, 8, 6, 16, 10, 14, 12):
        answered(received(hospital, ago(days=2)), seconds)
    times = figures(hospital).turnaround.answered["routine"]
    assert times.cases == 20
    assert times.seconds == pytest.approx({50: 10, 90: 18, 95: 19}, abs=0.002)


def test_urgent_cases_stand_apart(hospital: Organization, reader: User) -> None:
    for minutes, priority in ((5, "urgent"), (15, "urgent"), (25, "urgent"), (300, "routine")):
        case = received(hospital, ago(days=2), priority=priority)
        answered(case, minutes)
        read(case, reader, "fracture", minutes)
    found = figures(hospital).turnaround
    assert found.answered["urgent"].seconds == pytest.approx({50: 15, 90: 25, 95: 25}, abs=0.002)
    assert found.read["urgent"].seconds == pytest.approx({50: 900, 90: 1500, 95: 1500}, abs=0.002)
    assert found.read["routine"].seconds == pytest.approx(dict.fromkeys((50, 90, 95), 18000.0))
    assert (found.answered["urgent"].cases, found.answered["routine"].cases) == (3, 1)


def test_the_answer_stands_when_the_last_radiograph_has_its_first_one(
    hospital: Organization,
) -> None:
    case = received(hospital, ago(days=2))
    first = answered(case, 10.25)
    answered(case, 40.5)
    answered(case, 900, radiograph=first.radiograph)  # asked again
    late = RadiographFactory(case=case, created_at=ago(days=1))
    CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.RADIOGRAPH_ADDED, radiograph=late)
    answered(case, 90000, radiograph=late)
    times = figures(hospital).turnaround.answered["routine"]
    assert times.cases == 1
    assert times.seconds[50] == pytest.approx(40.5, abs=0.002)


def test_the_case_counts_only_with_a_clinical_answer(hospital: Organization) -> None:
    answered(received(hospital), purpose="shadow")
    answered(received(hospital, status="running"))
    gone = answered(received(hospital))
    gone.radiograph.withdrawn_at, gone.radiograph.withdrawal_reason = NOW, "Wrong patient."
    gone.radiograph.save()
    Analysis.objects.filter(pk=answered(received(hospital)).pk).update(
        status="failed", level="", probability=None, error_code="x", error_message="x"
    )
    assert figures(hospital).turnaround.answered == {}


def test_the_first_read_counts_though_it_was_amended_and_read_again(
    hospital: Organization, reader: User
) -> None:
    case = received(hospital, ago(days=2))
    read(case, reader, "unsure", 20)
    read(case, reader, "fracture", 60)
    read(case, UserFactory(organization=hospital), "fracture", 90)
    times = figures(hospital).turnaround.read["routine"]
    assert times.cases == 1
    assert times.seconds[95] == pytest.approx(timedelta(minutes=20).total_seconds())
