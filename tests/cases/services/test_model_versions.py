"""A name and version stands for one set of weights, and one model version is active."""

from typing import Any

import pytest

from cases.models import ModelVersion
from cases.services.model_versions import ModelVersionConflict, activate, register
from tests.factories import ModelVersionFactory

pytestmark = pytest.mark.django_db
BUNDLE: dict[str, Any] = {
    "name": "cnn",
    "version": "1",
    "weights_sha256": "a" * 64,
    "preprocessing_version": "1",
    "is_demonstration": True,
    "manifest": {"metrics": {}},
    "card": "# Card",
}


def test_the_same_bundle_again_is_the_same_row() -> None:
    first = register(**BUNDLE)
    assert not first.is_active
    assert register(**BUNDLE) == first
    assert ModelVersion.objects.count() == 1


def test_other_weights_need_another_version() -> None:
    first = register(**BUNDLE)
    with pytest.raises(ModelVersionConflict, match="give this bundle a new version"):
        register(**BUNDLE | {"weights_sha256": "b" * 64})
    first.refresh_from_db()
    assert first.weights_sha256 == "a" * 64
    assert register(**BUNDLE | {"weights_sha256": "b" * 64, "version": "2"}) != first


def test_one_is_active() -> None:
    first, second = ModelVersionFactory(), ModelVersionFactory()
    activate(model_version=first)
    activate(model_version=second)
    assert list(ModelVersion.objects.filter(is_active=True)) == [second]
    when = second.activated_at
    activate(model_version=second)
    assert second.activated_at == when
