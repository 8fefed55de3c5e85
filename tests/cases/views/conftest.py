"""A case between two organizations, and browsers of the cast."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Analysis, Case, ModelVersion
from tests.factories import AnalysisFactory, RadiographFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def analysis(case: Case, model_version: ModelVersion) -> Analysis:
    """Succeeded: a fracture, with thresholds."""
    return AnalysisFactory(
        radiograph=RadiographFactory(case=case),
        model_version=model_version,
        succeeded=True,
        thresholds={"rule_out": 0.2, "rule_in": 0.6},
    )


@pytest.fixture
def page(reader: User, sign_in: SignIn) -> Client:
    """The browser of who reads the case."""
    return sign_in(reader)
