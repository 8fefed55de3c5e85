"""What is made ready before the processes start: once, and again only when something changed."""

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from cases.models import ModelVersion
from fracture_platform.running import prepare
from tests.factories import ModelVersionFactory


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
        ({"a-1": True}, "a-1"),
        ({"a-1": True, "b-1": True}, "b-1"),
        ({"a-1": False, "b-1": True}, "a-1"),
    ],
)
def test_a_bundle_that_is_no_demonstration_goes_first(
    settings: Settings, tmp_path: Path, bundles: dict[str, bool], chosen: str | None
) -> None:
    for name, demonstration in bundles.items():
        (tmp_path / name).mkdir()
        manifest = {"demonstration": demonstration}
        (tmp_path / name / "bundle.json").write_text(json.dumps(manifest))
    settings.MODEL_BUNDLE_DIRS = [tmp_path]
    found = prepare.shipped_bundle()
    assert (found.name if found else None) == chosen


@pytest.mark.django_db
def test_an_active_model_stays(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken-1").mkdir()
    (tmp_path / "broken-1" / "bundle.json").write_text("{}")
    settings.MODEL_BUNDLE_DIRS = [tmp_path]
    active = ModelVersionFactory(is_active=True)
    prepare.model()
    assert ModelVersion.objects.get() == active
    assert prepare.active_model() == str(active)
