"""Agreement of the reads that have the last word with what the software says."""

from typing import Any

from accounts.models import Organization, User
from cases.selectors.figures.agreement import Agreement
from tests.cases.selectors.figures.made import answered, figures, read, received
from tests.factories import UserFactory


def found(hospital: Organization) -> Agreement:
    agreement = figures(hospital).agreement
    assert agreement is not None
    return agreement


def test_the_table_and_what_follows_from_it(hospital: Organization, reader: User) -> None:
    table = {
        ("fracture", "fracture"): 4,
        ("fracture", "unsure"): 1,
        ("fracture", "no_fracture"): 2,
        ("inconclusive", "fracture"): 1,
        ("no_fracture_found", "fracture"): 1,
        ("no_fracture_found", "no_fracture"): 3,
    }
    for (level, conclusion), n in table.items():
        for _ in range(n):
            case = received(hospital, level=level)
            read(case, reader, conclusion, analysis=answered(case))
    agreement = found(hospital)
    assert dict(agreement.cells) == table
    assert (agreement.compared, agreement.disagreements, agreement.undecided) == (12, 3, 2)
    assert agreement.share is not None
    assert (agreement.share.count, agreement.share.of) == (7, 10)
    assert str(agreement.share) == "70 % (95 % interval 40 to 89 %)"


def test_each_case_counts_once_with_the_read_that_has_the_last_word(
    hospital: Organization, reader: User
) -> None:
    case = received(hospital)
    seen: dict[str, Any] = {"analysis": answered(case), "agreement": "disagree"}
    other = UserFactory(organization=hospital)
    read(case, other, "unsure", minutes=10, **seen)
    read(case, reader, "no_fracture", minutes=20, **seen)
    read(case, reader, "fracture", minutes=30, analysis=seen["analysis"], agreement="agree")
    assert dict(found(hospital).cells) == {("fracture", "fracture"): 1}
    assert found(hospital).noted == 0
    read(case, other, "no_fracture", minutes=40, **seen)
    assert dict(found(hospital).cells) == {("fracture", "no_fracture"): 1}
    assert found(hospital).noted == 1


def test_what_cannot_be_compared_is_left_out_and_counted(
    hospital: Organization, reader: User
) -> None:
    read(received(hospital), reader, "fracture")  # no answer was in sight
    half = received(hospital, level="incomplete")
    read(half, reader, "fracture", analysis=answered(half, level="no_fracture_found"))
    agreement = found(hospital)
    assert (agreement.compared, agreement.left_out, agreement.share) == (0, 2, None)
