"""A name and version stands for one set of weights, and one model version is active."""

import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from cases import dispatch
from cases.models import Analysis, ModelVersion
from cases.services import analyses
from cases.services.model_versions import (
    BundleMissing,
    ModelVersionConflict,
    activate,
    register,
)
from tests.bundles import place_bundle
from tests.factories import ModelVersionFactory, RadiographFactory

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


@pytest.fixture
def installed_here(settings: Settings, tmp_path: Path) -> Path:
    """The one folder in which bundles are looked for; an empty one first, as at many a site."""
    settings.MODEL_BUNDLE_DIRS = [tmp_path / "none", tmp_path / "models"]
    return tmp_path / "models"


def test_one_is_active(installed_here: Path) -> None:
    first, second = ModelVersionFactory(), ModelVersionFactory()
    for model in (first, second):
        place_bundle(model, installed_here)
    activate(model_version=first)
    activate(model_version=second)
    assert list(ModelVersion.objects.filter(is_active=True)) == [second]
    when = second.activated_at
    activate(model_version=second)
    assert second.activated_at == when


class TestFilesOfTheActiveModel:
    """A model that no worker can load would let everything wait, so it is not activated."""

    @pytest.fixture
    def active(self, installed_here: Path) -> ModelVersion:
        model: ModelVersion = ModelVersionFactory(is_active=True)
        return model

    @pytest.fixture
    def chosen(self, active: ModelVersion) -> ModelVersion:
        files = {"model.tflite": "a" * 64, "MODEL_CARD.md": "b" * 64}
        model: ModelVersion = ModelVersionFactory(manifest={"files": files})
        return model

    def refused(self, model: ModelVersion, *, because: str) -> None:
        with pytest.raises(BundleMissing, match=because):
            activate(model_version=model)
        assert not ModelVersion.objects.get(pk=model.pk).is_active
        assert ModelVersion.objects.filter(is_active=True).count() == 1

    def test_nowhere(
        self, chosen: ModelVersion, active: ModelVersion, installed_here: Path
    ) -> None:
        place_bundle(active, installed_here)
        (installed_here / "notes").mkdir()
        (installed_here / "notes" / "bundle.json").write_text("[]")
        self.refused(chosen, because=f"No bundle {chosen} is installed here")

    def test_without_the_weights(self, chosen: ModelVersion, installed_here: Path) -> None:
        (place_bundle(chosen, installed_here) / "model.tflite").unlink()
        self.refused(chosen, because="lacks the file model.tflite")

    def test_with_other_weights(self, chosen: ModelVersion, installed_here: Path) -> None:
        path = place_bundle(chosen, installed_here) / "bundle.json"
        manifest = json.loads(path.read_text())
        manifest["files"]["model.tflite"] = "c" * 64
        path.write_text(json.dumps(manifest))
        self.refused(chosen, because="other weights than those registered")

    def test_another_card_is_no_other_model(
        self, chosen: ModelVersion, installed_here: Path
    ) -> None:
        path = place_bundle(chosen, installed_here) / "bundle.json"
        manifest = json.loads(path.read_text())
        manifest["files"]["MODEL_CARD.md"] = "c" * 64
        path.write_text(json.dumps(manifest))
        activate(model_version=chosen)
        assert ModelVersion.objects.get(is_active=True) == chosen


def test_what_came_in_without_a_model_is_queued_by_activation(
    installed_here: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(dispatch, "publish", lambda **_: False)
    radiograph = RadiographFactory()
    model = ModelVersionFactory()
    place_bundle(model, installed_here)
    assert analyses.queue_unasked() == 0
    with django_capture_on_commit_callbacks(execute=True):
        activate(model_version=model)
        assert not Analysis.objects.exists()
    asked = Analysis.objects.get()
    assert (asked.radiograph, asked.model_version, asked.status) == (radiograph, model, "queued")
