"""The plots of a card come from the bundle into storage: those that were registered, and whole."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from cases.models import ModelVersion
from cases.plots import stored_names
from cases.services import model_plots
from cases.services.model_plots import store_plots
from cases.services.model_versions import activate, register
from fracture_platform.storage import PrivateFileSystemStorage
from tests.bundles import place_bundle
from tests.factories import ModelVersionFactory

pytestmark = pytest.mark.django_db
PLOT = b"weights"  # what place_bundle writes into every file
SHA = hashlib.sha256(PLOT).hexdigest()
FILES = {"model.tflite": "a" * 64, "roc.png": SHA, "curves.jpg": SHA, "notes.svg": SHA}


@pytest.fixture
def bundles(settings: Any, tmp_path: Path) -> Path:
    settings.MODEL_BUNDLE_DIRS = [tmp_path / "none", tmp_path / "models"]
    return tmp_path / "models"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateFileSystemStorage:
    private = PrivateFileSystemStorage(location=tmp_path / "storage")
    monkeypatch.setattr(model_plots, "private_storage", lambda: private)
    return private


@pytest.fixture
def model() -> ModelVersion:
    return ModelVersionFactory(manifest={"files": FILES})


def test_the_pictures_are_copied_once(
    model: ModelVersion, bundles: Path, kept: PrivateFileSystemStorage
) -> None:
    place_bundle(model, bundles)
    assert store_plots(model_version=model) == 2
    assert store_plots(model_version=model) == 0
    assert sorted(kept.listdir("models")[1]) == [f"{SHA}.jpg", f"{SHA}.png"]
    with kept.open(f"models/{SHA}.png") as file:
        assert file.read() == PLOT


def test_a_bundle_on_another_machine_is_no_error(
    model: ModelVersion, bundles: Path, kept: PrivateFileSystemStorage
) -> None:
    assert store_plots(model_version=model) == 0


def test_other_bytes_than_those_registered_are_left_out(
    model: ModelVersion, bundles: Path, kept: PrivateFileSystemStorage
) -> None:
    folder = place_bundle(model, bundles)
    (folder / "roc.png").write_bytes(b"another")
    (folder / "curves.jpg").unlink()
    assert store_plots(model_version=model) == 0
    assert not kept.exists("models")


def test_no_name_leads_out_of_the_folder_of_models() -> None:
    odd = {"files": {"roc.png": "../../radiographs/x", "a.png": "A" * 64, "b.png": None}}
    assert stored_names(odd) == {}
    assert stored_names({"files": ["roc.png"]}) == {}
    assert stored_names({}) == {}


def test_registration_and_activation_bring_them(
    bundles: Path,
    kept: PrivateFileSystemStorage,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    said = ModelVersionFactory.build(manifest={"files": FILES})
    folder = place_bundle(said, bundles)
    with django_capture_on_commit_callbacks(execute=True):
        model = register(
            name=said.name,
            version=said.version,
            weights_sha256="a" * 64,
            preprocessing_version="1",
            is_demonstration=True,
            manifest=json.loads((folder / "bundle.json").read_text()),
        )
    assert kept.exists(f"models/{SHA}.png")
    kept.delete(f"models/{SHA}.png")  # a storage that was emptied
    with django_capture_on_commit_callbacks(execute=True):
        activate(model_version=model)
    assert kept.exists(f"models/{SHA}.png")


def test_a_storage_that_is_away_stops_no_activation(
    model: ModelVersion,
    bundles: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def away() -> PrivateFileSystemStorage:
        raise OSError("no route to the storage")

    monkeypatch.setattr(model_plots, "private_storage", away)
    place_bundle(model, bundles)
    with django_capture_on_commit_callbacks(execute=True):
        activate(model_version=model)
    assert ModelVersion.objects.get(is_active=True) == model
