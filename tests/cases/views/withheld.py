"""Cases between a reader and their answers: what the software says of them can be turned round."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile

from accounts.models import Organization, User
from cases.models import Analysis, Case, ModelVersion, Read
from cases.services.status import update_case
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, UserFactory, phantom

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE, OTHER = (
    ("fracture", 0.93, 2.7, "no_fracture"),
    ("no_fracture_found", 0.04, -3.1, "fracture"),
)


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def read_first(hospital: Organization) -> Organization:
    hospital.read_first = True
    hospital.save()
    return hospital


@pytest.fixture(name="world")
def answered_cases(
    sender: Organization, hospital: Organization, reader: User, model_version: ModelVersion
) -> list[Analysis]:
    """Five cases of one patient with an answer each, of several ages, one of them urgent; a
    colleague has read the first two."""
    analyses: list[Analysis] = []
    for age in range(5):
        received = NOW - timedelta(hours=age)
        case = CaseFactory(
            submitting_organization=sender,
            reading_organization=hospital,
            patient_reference="ISL-0417",
            priority="urgent" if age == 3 else "routine",
            created_at=received,
        )
        analyses.append(
            AnalysisFactory.create(
                radiograph=RadiographFactory(case=case, created_at=received),
                model_version=model_version,
                succeeded=True,
                thresholds={"rule_out": 0.2, "rule_in": 0.6},
                heatmap=ContentFile(phantom(), "heatmap.png"),
                marks=[{"x": 10, "y": 12, "width": 20, "height": 24, "peak": 0.77}],
            )
        )
    other = UserFactory(email="other@harbour.example", organization=hospital)
    for one in analyses[:2]:
        Read.objects.create(
            case=one.radiograph.case,
            reader=other,
            organization=hospital,
            conclusion="fracture",
            analysis=one,
            agreement="disagree",
        )
    return analyses


def answer(analyses: list[Analysis], *, turned: bool) -> None:
    """Let the software say one thing or the other, in turn, and who disagrees the opposite."""
    for place, analysis in enumerate(analyses):
        level, probability, logit, conclusion = OTHER if (place % 2 == 0) == turned else ONE
        Analysis.objects.filter(pk=analysis.pk).update(
            level=level, probability=probability, logit=logit
        )
        Read.objects.filter(analysis=analysis).update(conclusion=conclusion)
        case = analysis.radiograph.case
        update_case(case_id=case.pk)
        Case.objects.filter(pk=case.pk).update(updated_at=NOW)
