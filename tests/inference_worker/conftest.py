"""Fixtures of the worker's tests: the bundle that ships, installed and active."""

import pytest

from cases.models import ModelVersion
from cases.services import model_versions
from inference_worker.installation import install
from tests.inference_worker.samples import shipped


@pytest.fixture
def installed(db: None) -> ModelVersion:
    model = install(shipped())
    model_versions.activate(model_version=model)
    return model
