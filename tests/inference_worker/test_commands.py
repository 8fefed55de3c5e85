"""The commands of an operator: what they print, their exit status, how they refuse."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from PIL import Image
from pytest_django.fixtures import Settings

from cases.models import ModelVersion
from cases.services.model_versions import activate
from inference_worker.installation import install
from tests.factories import ModelVersionFactory, phantom
from tests.inference_worker.samples import baseline, shipped

pytestmark = pytest.mark.django_db
LEVELS = {"fracture", "inconclusive", "no_fracture_found"}


def run(name: str, *arguments: object, **options: Any) -> tuple[int, str]:
    """Exit status and output of a command."""
    output = io.StringIO()
    try:
        call_command(name, *map(str, arguments), stdout=output, **options)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def analyse(*files: Path) -> tuple[int, list[dict[str, Any]]]:
    status, output = run("analyse", "--json", *files)
    return status, [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    path = tmp_path / "wrist.png"
    path.write_bytes(phantom(200, 300))
    return path


@pytest.mark.parametrize(
    "name", ["analyse", "install_model", "activate_model", "verify_cases", "scheduler"]
)
def test_help_has_an_example(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert f"Example: python manage.py {name}" in command.create_parser("m", name).format_help()


class TestAnalyse:
    def test_one_object_a_line(self, installed: ModelVersion, drawn: Path, tmp_path: Path) -> None:
        colour = tmp_path / "cat.jpg"
        pixels = np.random.default_rng(0).integers(0, 255, (90, 90, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(colour)
        status, (first, second) = analyse(drawn, colour)
        assert status == 0
        assert set(first) == {
            "path",
            "level",
            "probability",
            "class_scores",
            "model_version",
            "timings_ms",
            "error",
        }
        assert first["path"] == str(drawn)
        assert first["level"] in LEVELS
        assert 0 <= first["probability"] <= 1
        assert set(first["class_scores"]) == {"fracture"}
        assert first["model_version"] == str(installed)
        assert set(first["timings_ms"]) == {"read", "preprocessed", "inferred", "total"}
        assert first["error"] is None
        assert (second["level"], second["probability"]) == ("not_assessable", None)
        assert second["error"] is None

    def test_one_bad_file_does_not_stop_the_others(
        self, installed: ModelVersion, drawn: Path, tmp_path: Path
    ) -> None:
        empty, text = tmp_path / "empty.png", tmp_path / "note.txt"
        empty.touch()
        text.write_text("hello")
        status, reports = analyse(empty, tmp_path / "nowhere.png", text, tmp_path, drawn)
        assert status == 1
        codes = [report["error"] and report["error"]["code"] for report in reports]
        assert codes == ["empty_file", "file_unreadable", "not_an_image", "file_unreadable", None]
        assert all(report["level"] is None for report in reports[:4])
        assert reports[4]["level"] in LEVELS

    def test_the_table_for_people(self, installed: ModelVersion, drawn: Path) -> None:
        status, output = run("analyse", drawn, drawn.with_name("nowhere.png"))
        assert status == 1
        lines = output.splitlines()
        assert lines[0].split()[0] in LEVELS
        assert lines[0].endswith(str(drawn))
        assert lines[1].startswith("failed")
        assert len(lines) == 2

    def test_a_demonstration_model_says_so(self, drawn: Path) -> None:
        activate(model_version=install(baseline()))
        assert "demonstration model" in run("analyse", drawn)[1].splitlines()[1]

    def test_without_a_model(self, drawn: Path) -> None:
        with pytest.raises(CommandError, match="No model is active"):
            run("analyse", drawn)
        ModelVersionFactory(is_active=True)
        with pytest.raises(CommandError, match="No bundle phantom-cnn"):
            run("analyse", drawn)

    def test_real_radiographs(self, installed: ModelVersion, fracatlas: Path) -> None:
        fractured = fracatlas / "images" / "Fractured" / "IMG0000019.jpg"
        normal = fracatlas / "images" / "Non_fractured" / "IMG0000000.jpg"
        status, reports = analyse(fractured, normal)
        assert status == 0
        assert all(report["level"] in LEVELS for report in reports)


class TestInstalling:
    @pytest.fixture
    def sent(self, tmp_path: Path, settings: Settings) -> Path:
        """A bundle that came from elsewhere, and an empty folder for installed ones."""
        settings.MODEL_BUNDLE_DIRS = [settings.MODEL_BUNDLE_DIRS[0], tmp_path / "models"]
        return shutil.copytree(shipped(), tmp_path / "sent")

    def changed(self, folder: Path, **values: Any) -> Path:
        manifest = json.loads((folder / "bundle.json").read_text())
        (folder / "bundle.json").write_text(json.dumps(manifest | values))
        return folder

    def test_the_shipped_one_stays_where_it_is(self, settings: Settings, tmp_path: Path) -> None:
        settings.MODEL_BUNDLE_DIRS = [settings.MODEL_BUNDLE_DIRS[0], tmp_path / "models"]
        for _ in range(2):
            assert run("install_model", shipped())[1].endswith("is installed, not active.\n")
        assert run("install_model", shipped(), "--activate")[1].endswith("is active.\n")
        row = ModelVersion.objects.get()
        assert row.is_active
        assert "#" in row.card
        assert not (tmp_path / "models").exists()

    def test_another_is_copied(self, sent: Path, tmp_path: Path) -> None:
        self.changed(sent, version="7", name="better")
        for _ in range(2):
            run("install_model", sent)
        assert sorted(p.name for p in (tmp_path / "models").iterdir()) == ["better-7"]
        shutil.rmtree(sent)
        assert run("activate_model", "better", "7") == (0, "better 7 is active.\n")

    def test_a_bundle_that_was_tampered_with(self, sent: Path, tmp_path: Path) -> None:
        weights = sent / "model.tflite"
        weights.write_bytes(weights.read_bytes()[:-1] + b"x")
        with pytest.raises(CommandError, match="SHA-256 differs"):
            run("install_model", sent)
        assert not ModelVersion.objects.exists()
        assert not (tmp_path / "models").exists()

    def test_other_weights_under_the_same_version(self, sent: Path) -> None:
        run("install_model", shipped())
        ModelVersion.objects.update(weights_sha256="e" * 64)
        with pytest.raises(CommandError, match="give this bundle a new version"):
            run("install_model", sent)

    def test_no_bundle_at_all(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="is no bundle"):
            run("install_model", tmp_path)


class TestActivating:
    def test_an_unknown_one(self, installed: ModelVersion) -> None:
        with pytest.raises(CommandError, match=f"nope 1 is not installed; {installed} is"):
            run("activate_model", "nope", "1")

    def test_one_whose_files_are_gone(self, installed: ModelVersion) -> None:
        ModelVersionFactory(name="gone", version="1")
        with pytest.raises(CommandError, match="No bundle gone 1"):
            run("activate_model", "gone", "1")
        installed.refresh_from_db()
        assert installed.is_active

    def test_one_whose_files_are_damaged(
        self, installed: ModelVersion, settings: Settings, tmp_path: Path
    ) -> None:
        settings.MODEL_BUNDLE_DIRS = [settings.MODEL_BUNDLE_DIRS[0], tmp_path / "models"]
        sent = shutil.copytree(shipped(), tmp_path / "sent")
        manifest = json.loads((sent / "bundle.json").read_text())
        (sent / "bundle.json").write_text(json.dumps(manifest | {"version": "8"}))
        run("install_model", sent)
        (copy,) = (tmp_path / "models").iterdir()
        (copy / "model.tflite").write_bytes(b"damaged")
        with pytest.raises(CommandError, match="SHA-256 differs"):
            run("activate_model", installed.name, "8")
        installed.refresh_from_db()
        assert installed.is_active
