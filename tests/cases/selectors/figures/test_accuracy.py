"""Sensitivity and specificity: second reads are the reference, and first impressions apart."""

import pytest

from accounts.models import Organization, User
from cases.selectors.figures import accuracy
from cases.selectors.figures.accuracy import Accuracy
from cases.services.impressions import record_impression
from tests.cases.selectors.figures.made import figures, read, received
from tests.factories import UserFactory


@pytest.fixture
def supervisor(hospital: Organization) -> User:
    return UserFactory(organization=hospital, role=User.Role.SUPERVISING_READER)


def found(hospital: Organization) -> Accuracy:
    second, _ = figures(hospital).accuracies
    assert second.source == "second_reads"
    return second


def test_both_thresholds_by_hand(
    hospital: Organization, reader: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 5 fractures 3 are found with certainty and 4 at all; of 4 without one 3 are not taken for
    a fracture, and 2 are cleared."""
    monkeypatch.setattr(accuracy, "ENOUGH", 4)
    for level, conclusion, n in (
        ("fracture", "fracture", 3),
        ("inconclusive", "fracture", 1),
        ("no_fracture_found", "fracture", 1),
        ("fracture", "no_fracture", 1),
        ("inconclusive", "no_fracture", 1),
        ("no_fracture_found", "no_fracture", 2),
        ("fracture", "unsure", 1),
        ("incomplete", "fracture", 1),
    ):
        for _ in range(n):
            case = received(hospital, level=level)
            read(case, reader, "unsure")
            read(case, supervisor, conclusion, minutes=60)
    one = found(hospital)
    assert (one.cases, one.fractures, one.without, one.unsure, one.unanswered) == (11, 5, 4, 1, 1)
    shares = [(p.name, p.sensitivity, p.specificity) for p in one.points]
    assert [(name, str(a), str(b)) for name, a, b in shares] == [
        ("certain", "60 % (95 % interval 23 to 88 %)", "75 % (95 % interval 30 to 95 %)"),
        ("uncertain_too", "80 % (95 % interval 38 to 96 %)", "50 % (95 % interval 15 to 85 %)"),
    ]


def test_of_too_few_no_share_is_given(
    hospital: Organization, reader: User, supervisor: User
) -> None:
    for n, conclusion in ((20, "fracture"), (19, "no_fracture")):
        for _ in range(n):
            case = received(hospital)
            read(case, reader, "fracture")
            read(case, supervisor, conclusion, minutes=60)
    point = found(hospital).points[0]
    assert point.sensitivity is not None
    assert (point.sensitivity.count, point.sensitivity.of, point.specificity) == (20, 20, None)


def test_only_a_supervising_reader_who_was_not_first_is_a_reference(
    hospital: Organization, reader: User, supervisor: User
) -> None:
    first_reads, colleagues = received(hospital), received(hospital)
    read(first_reads, supervisor, "fracture", minutes=10)
    read(first_reads, supervisor, "fracture", minutes=20)
    read(first_reads, reader, "no_fracture", minutes=30)
    read(colleagues, reader, "fracture")
    read(colleagues, UserFactory(organization=hospital), "fracture", minutes=60)
    assert found(hospital).cases == 0
    read(colleagues, supervisor, "no_fracture", minutes=70)
    assert dict(found(hospital).cells) == {("fracture", "no_fracture"): 1}


def test_what_was_amended_is_no_reference_and_the_newest_is(
    hospital: Organization, reader: User, supervisor: User
) -> None:
    case = received(hospital)
    read(case, reader, "fracture")
    read(case, supervisor, "no_fracture", minutes=40)
    read(case, supervisor, "unsure", minutes=50)
    assert dict(found(hospital).cells) == {("fracture", "unsure"): 1}
    other = UserFactory(organization=hospital, role=User.Role.SUPERVISING_READER)
    read(case, other, "fracture", minutes=60)
    assert dict(found(hospital).cells) == {("fracture", "fracture"): 1}


def test_the_first_impression_of_a_case_is_a_reference_of_its_own(
    hospital: Organization, reader: User, supervisor: User
) -> None:
    hospital.read_first = True
    hospital.save()
    case = received(hospital, level="no_fracture_found")
    for person, conclusion in ((reader, "fracture"), (supervisor, "no_fracture")):
        person.refresh_from_db()
        record_impression(case=case, reader=person, conclusion=conclusion, seen=())
    received(hospital)
    second, impressions = figures(hospital).accuracies
    assert impressions.source == "first_impressions"
    assert dict(impressions.cells) == {("no_fracture_found", "fracture"): 1}
    assert second.cases == 0
