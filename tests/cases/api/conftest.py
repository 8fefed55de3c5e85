"""A case between two organizations, and programs of both."""

import pytest

from accounts.models import Organization
from cases.models import Analysis, Case, ModelVersion
from tests.cases.api.calling import Caller, caller
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory


@pytest.fixture
def case(sender: Organization, hospital: Organization) -> Case:
    return CaseFactory(
        submitting_organization=sender,
        reading_organization=hospital,
        patient_reference="ISL-0417",
        status="finished",
        level="fracture",
    )


@pytest.fixture
def analysis(case: Case, model_version: ModelVersion) -> Analysis:
    """Succeeded: a fracture, with thresholds."""
    return AnalysisFactory(
        radiograph=RadiographFactory(case=case),
        model_version=model_version,
        succeeded=True,
        thresholds={"rule_out": 0.2, "rule_in": 0.6},
        class_scores={"fracture": 0.83},
        marks=[{"x": 10, "y": 12, "width": 20, "height": 24, "peak": 0.77}],
    )


@pytest.fixture
def sending(sender: Organization) -> Caller:
    """A program of the organization that submits."""
    return caller(sender)


@pytest.fixture
def reading(hospital: Organization) -> Caller:
    """A program of the organization that reads."""
    return caller(hospital)


@pytest.fixture
def foreign(elsewhere: Organization) -> Caller:
    return caller(elsewhere)
