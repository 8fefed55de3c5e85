"""A case between two organizations, and programs of both."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Organization
from cases.models import Analysis, Case, ModelVersion
from tests.cases.api.calling import Caller, caller
from tests.cases.api.hooks import NEW
from tests.cases.webhooks.receiver import Receiver, receiver
from tests.factories import AnalysisFactory, RadiographFactory


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


@pytest.fixture
def administering(sender: Organization) -> Caller:
    return caller(sender, "admin")


@pytest.fixture
def receiving(settings: Settings) -> Iterator[Receiver]:
    """On this machine, to which the operator opened the way."""
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_ALLOW_HTTP = True
    with receiver() as started:
        yield started


@pytest.fixture
def made(administering: Caller, receiving: Receiver) -> dict[str, Any]:
    """An endpoint at the receiver, with its secret."""
    told: dict[str, Any] = administering.post("webhooks/", NEW | {"url": receiving.url}).json()
    return told
