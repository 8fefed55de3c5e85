"""What is made ready before the processes start: once, and again only when something changed."""

import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from pytest_django import Settings

from cases.models import ModelVersion
from cases.services import model_versions
from fracture_platform.running import prepare
from inference_worker.bundle import load_bundle
from tests.factories import ModelVersionFactory
from tests.inference_worker.samples import shipped, titled, written_bundle


@pytest.fixture
def static(settings: Settings, tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "site.css").write_text("body { color: black }")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return source


def test_static_files_are_collected_again_only_when_one_has_changed(
    static: Path, settings: Settings
) -> None:
    collected = Path(settings.STATIC_ROOT) / "site.css"
    prepare.static_files()
    assert collected.read_text() == "body { color: black }"
    collected.write_text("untouched")
    prepare.static_files()
    assert collected.read_text() == "untouched"
    (static / "site.css").write_text("body { color: navy }")
    prepare.static_files()
    assert collected.read_text() == "body { color: navy }"


@pytest.mark.parametrize(
    ("bundles", "chosen"),
    [
        ({}, None),
        ({"a-1": (True, 0.7)}, "a-1"),
        ({"a-1": (True, 0.7), "b-1": (True, 0.7)}, "b-1"),
        ({"a-1": (False, 0.7), "b-1": (True, 0.8)}, "a-1"),
        ({"a-1": (False, 0.9), "b-1": (False, 0.8)}, "a-1"),
        ({"a-1": (False, 0.9), "b-1": (False, None)}, "a-1"),
    ],
)
def test_the_best_bundle_that_is_no_demonstration_goes_first(
    settings: Settings,
    tmp_path: Path,
    bundles: dict[str, tuple[bool, float | None]],
    chosen: str | None,
) -> None:
    for name, (demonstration, auc) in bundles.items():
        (tmp_path / name).mkdir()
        measured = None if auc is None else {"value": auc}
        manifest = {"demonstration": demonstration, "metrics": {"auc": measured}}
        (tmp_path / name / "bundle.json").write_text(json.dumps(manifest))
    settings.MODEL_BUNDLE_DIRS = [tmp_path]
    found = prepare.shipped_bundle()
    assert (found.name if found else None) == chosen


class TestActiveModel:
    """What a start finds, and what it makes of it. The database of each test is a file, because
    a model is installed by a process of its own."""

    @pytest.fixture(autouse=True)
    def database(
        self, several_connections: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = connection.settings_dict["NAME"]
        address = f"sqlite:///{name}"
        if connection.vendor != "sqlite":
            address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        monkeypatch.setenv("DATABASE_URL", address)
        monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "fracture_platform.settings.test")

    @pytest.fixture
    def own(self, settings: Settings, tmp_path: Path) -> ModelVersion:
        """Another model than the one that ships, installed here and active."""
        settings.MODEL_BUNDLE_DIRS = [settings.MODEL_BUNDLE_DIRS[0], tmp_path / "models"]
        bundle = load_bundle(written_bundle(tmp_path / "models" / "drawn-2"))
        model = model_versions.register(
            name=bundle.name,
            version=bundle.version,
            weights_sha256=bundle.weights_sha256,
            preprocessing_version=bundle.preprocessing_version,
            is_demonstration=bundle.demonstration,
            manifest=dict(bundle.manifest),
        )
        model_versions.activate(model_version=model)
        return model

    def shipped(self) -> str:
        return titled(shipped())

    def test_where_none_is_active_the_shipped_one_is(self) -> None:
        assert prepare.model() == ""
        assert prepare.active_model() == self.shipped()

    def test_every_one_that_ships_can_be_switched_to(self) -> None:
        prepare.model()
        names = {f"{model.name}-{model.version}" for model in ModelVersion.objects.all()}
        assert names == {folder.name for folder in prepare.shipped_bundles()}
        assert ModelVersion.objects.filter(is_active=True).count() == 1

    def test_one_that_can_be_used_stays(self, own: ModelVersion) -> None:
        since = own.activated_at
        assert prepare.model() == ""
        own.refresh_from_db()
        assert (own.is_active, own.activated_at) == (True, since)

    def test_one_whose_files_are_gone_is_replaced(self, own: ModelVersion, tmp_path: Path) -> None:
        shutil.rmtree(tmp_path / "models")
        assert prepare.model() == (
            f"The active model {own} cannot be used: No bundle {own} is installed here. "
            f"{self.shipped()}, which ships with the platform, is active instead."
        )
        assert prepare.active_model() == self.shipped()

    def test_in_production_only_the_operator_changes_which_model_answers(
        self, own: ModelVersion, tmp_path: Path, settings: Settings
    ) -> None:
        settings.DEMO = False
        shutil.rmtree(tmp_path / "models")
        assert "install it again, or activate another" in prepare.model()
        assert prepare.active_model() == str(own)

    def test_one_whose_files_were_changed_is_replaced(
        self, own: ModelVersion, tmp_path: Path
    ) -> None:
        (tmp_path / "models" / "drawn-2" / "model.tflite").write_bytes(b"other")
        assert "SHA-256 differs" in prepare.model()
        assert prepare.active_model() == self.shipped()

    def test_where_nothing_can_be_used_the_rest_still_starts(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.MODEL_BUNDLE_DIRS = [tmp_path]
        lost = ModelVersionFactory(is_active=True)
        assert prepare.model().endswith(
            "What comes in waits; install it again, or activate another."
        )
        (tmp_path / "broken-1").mkdir()
        (tmp_path / "broken-1" / "bundle.json").write_text("{}")
        assert "The model was not installed." in prepare.model()
        assert prepare.active_model() == str(lost)
