"""`install_model` with what operators give it: a file of Keras, and files that are no model."""

import importlib.util
import json
import math
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from cases.models import ModelVersion
from inference_worker import installation
from inference_worker.bundle import BundleError, sha256_of
from inference_worker.converting import Wish
from inference_worker.guarded import run_module
from inference_worker.management.commands.install_model import range_of
from inference_worker.training.conversion.refusal import RefusedError
from tests.factories import phantom
from tests.inference_worker.samples import shipped

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("tensorflow")]
CLASSES = ["--classes", "no_fracture,fracture"]
HEAVY = pytest.mark.timeout(600)
"""A process that imports TensorFlow, on a machine that may do other things."""


@pytest.fixture
def models(tmp_path: Path, settings: Settings) -> Path:
    """An empty folder for installed bundles."""
    folder = tmp_path / "models"
    settings.MODEL_BUNDLE_DIRS = [settings.MODEL_BUNDLE_DIRS[0], folder]
    return folder


def install(*arguments: object) -> None:
    call_command("install_model", *map(str, arguments), verbosity=0)


@pytest.fixture
def converts_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convert in this process, which has TensorFlow already."""
    from inference_worker.training.conversion import __main__ as conversion

    def here(source: Path, folder: Path, wish: Wish) -> None:
        try:
            conversion.convert(source, folder, wish)
        except RefusedError as error:
            raise BundleError(str(error)) from None

    monkeypatch.setattr(installation, "convert", here)


@HEAVY
def test_a_file_of_keras_answers_after_one_command(models: Path, tmp_path: Path) -> None:
    from tests.inference_worker.strangers import averaging, saved

    path = saved(averaging(classes=3), tmp_path / "wrist.keras")
    install(path, "--classes", "no_fracture,radius,ulna", "--input-range", -1, 1, "--activate")
    model = ModelVersion.objects.get()
    assert (str(model), model.is_active, model.is_demonstration) == ("wrist 1", True, True)
    assert model.manifest["notes"][0].startswith("Not calibrated and not measured here")
    assert "Not a medical device" in model.card
    assert sorted(each.name for each in models.iterdir()) == ["wrist-1"]
    (tmp_path / "drawn.png").write_bytes(phantom())
    call_command("analyse", str(tmp_path / "drawn.png"), "--json")


@HEAVY
def test_code_in_a_file_is_refused_and_the_old_model_goes_on(
    installed: ModelVersion, models: Path, tmp_path: Path
) -> None:
    from tests.inference_worker.strangers import with_lambda

    with pytest.raises(CommandError, match="holds the Lambda layer") as caught:
        install(with_lambda(tmp_path / "m.h5"), *CLASSES, "--activate")
    assert "\n" not in str(caught.value)
    assert_nothing_changed(installed, models)


def assert_nothing_changed(active: ModelVersion, models: Path) -> None:
    active.refresh_from_db()
    assert active.is_active
    assert ModelVersion.objects.count() == 1
    assert not list(models.glob("**/*"))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


def foreign(path: Path) -> None:
    path.write_bytes(b"GIF89a" * 50)


def two_inputs(path: Path) -> None:
    from tests.inference_worker.test_conversion import pair

    pair().save(path)


def five_dimensions(path: Path) -> None:
    from tests.inference_worker.test_conversion import volume

    volume().save(path)


def not_a_number(path: Path) -> None:
    from tests.inference_worker.strangers import averaging

    model = averaging()
    model.layers[-1].set_weights([np.full((6, 1), np.nan), np.zeros(1)])
    model.save(path)


def three_outputs(path: Path) -> None:
    from tests.inference_worker.strangers import averaging

    averaging(classes=3).save(path)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (truncated, "save it again"),
        (foreign, "save it again"),
        (two_inputs, "begin the model with one"),
        (five_dimensions, "radiographs are"),
        (not_a_number, "export it again"),
        (three_outputs, "give --classes in the order of its output"),
    ],
)
def test_a_file_of_no_use_changes_nothing(
    installed: ModelVersion,
    models: Path,
    tmp_path: Path,
    converts_here: None,
    damage: Callable[[Path], None],
    sentence: str,
) -> None:
    from tests.inference_worker.strangers import averaging, saved

    path = saved(averaging(), tmp_path / "m.keras")
    damage(path)
    with pytest.raises(CommandError, match=sentence) as caught:
        install(path, *CLASSES, "--activate")
    assert "\n" not in str(caught.value)
    assert_nothing_changed(installed, models)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "name them in order, for instance --classes"),
        ([*CLASSES, "--normal", "intact"], "--normal intact is none of the classes"),
        (["--classes", "a,a"], "must differ"),
        ([*CLASSES, "--name", "../up"], "cannot name a bundle"),
        ([*CLASSES, "--input-range", "255", "0"], "must go up, as 0 255 does"),
        ([*CLASSES, "--rule-out", "0.8"], "rule_out < rule_in"),
    ],
)
def test_what_was_said_wrongly(
    models: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "m.keras").touch()
    with pytest.raises(CommandError, match=sentence):
        install(tmp_path / "m.keras", *arguments)


def test_another_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").touch()
    with pytest.raises(CommandError, match="neither the folder of a bundle nor"):
        install(tmp_path / "m.onnx", *CLASSES)


def test_without_tensorflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    (tmp_path / "m.keras").touch()
    with pytest.raises(CommandError, match="run `make training`"):
        install(tmp_path / "m.keras", *CLASSES)


class TestBundles:
    """Bundles from elsewhere whose hashes hold."""

    def sent(self, folder: Path, weights: bytes) -> Path:
        shutil.copytree(shipped(), folder)
        (folder / "model.tflite").write_bytes(weights)
        manifest = json.loads((folder / "bundle.json").read_text())
        manifest["files"]["model.tflite"] = sha256_of(folder / "model.tflite")
        (folder / "bundle.json").write_text(json.dumps(manifest | {"version": "9"}))
        return folder

    @pytest.mark.parametrize("part", ["no weights", "half", "another network"])
    def test_one_that_cannot_be_run_changes_nothing(
        self, installed: ModelVersion, models: Path, tmp_path: Path, part: str
    ) -> None:
        whole = (shipped() / "model.tflite").read_bytes()
        weights = {"no weights": b"", "half": whole[: len(whole) // 2]}.get(part)
        if weights is None:
            from inference_worker.training.export import write_weights
            from tests.inference_worker.drawn_networks import network

            write_weights(network(), tmp_path / "other")
            weights = (tmp_path / "other" / "model.tflite").read_bytes()
        with pytest.raises(CommandError, match=r"model\.tflite in sent cannot be loaded") as caught:
            install(self.sent(tmp_path / "sent", weights), "--activate")
        assert "\n" not in str(caught.value)
        assert_nothing_changed(installed, models)

    def test_only_what_the_manifest_lists_is_taken(self, models: Path, tmp_path: Path) -> None:
        """A card beside the listed files may be a link to anything on this machine."""
        sent = self.sent(tmp_path / "sent", (shipped() / "model.tflite").read_bytes())
        (tmp_path / "secret").write_text("# secret")
        (sent / "MODEL_CARD.md").unlink()
        (sent / "MODEL_CARD.md").symlink_to(tmp_path / "secret")
        manifest = json.loads((sent / "bundle.json").read_text())
        del manifest["files"]["MODEL_CARD.md"]
        (sent / "bundle.json").write_text(json.dumps(manifest))
        install(sent)
        assert ModelVersion.objects.get(version="9").card == ""
        assert not list(models.glob("*/MODEL_CARD.md"))

    def test_a_damaged_copy_is_replaced_by_installing_again(
        self, models: Path, tmp_path: Path
    ) -> None:
        weights = (shipped() / "model.tflite").read_bytes()
        sent = self.sent(tmp_path / "sent", weights)
        install(sent)
        (copy,) = models.iterdir()
        (copy / "model.tflite").write_bytes(b"damaged")
        install(sent, "--activate")
        assert (copy / "model.tflite").read_bytes() == weights
        assert [each.name for each in models.iterdir()] == [copy.name]


class TestGuarded:
    """What a stranger's file may do to the process that tries it."""

    def run(self, statement: str, *, seconds: int = 60) -> str:
        return run_module("timeit", "-n1", "-r1", "-v", statement, about="m.keras", seconds=seconds)

    def test_a_crash_is_a_sentence(self) -> None:
        with pytest.raises(BundleError, match=r"m\.keras ends the process that tries it \(signal"):
            self.run("import os; os.kill(os.getpid(), 11)")

    def test_time_runs_out(self) -> None:
        started = time.monotonic()
        with pytest.raises(BundleError, match="was not ready after 1 s"):
            self.run("import time; time.sleep(60)", seconds=1)
        assert time.monotonic() - started < 30

    def test_an_unexpected_error_is_one_line(self) -> None:
        with pytest.raises(BundleError, match=r"m\.keras cannot be used: ") as caught:
            self.run("1 / 0")
        assert "\n" not in str(caught.value)

    def test_no_secret_is_handed_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(os.environ, "SECRET_KEY", "hidden-from-models")
        said = self.run("import os; print(sorted(os.environ))")
        assert "PATH" in said
        assert "SECRET_KEY" not in said


@pytest.mark.parametrize("values", [(1, 0), (1, 1), (math.nan, 1), (0, math.inf)])
def test_no_range(values: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="must go up"):
        range_of(values)


def test_a_wish_survives_the_way_to_the_other_process() -> None:
    values: dict[str, Any] = {"input_size": 64, "input_range": (-1.0, 1.0), "rule_out": 0.1}
    wish = Wish("m", "2", ("wrist", "none", "hip"), "none", **values)
    assert Wish.read(wish.written()) == wish
    assert wish.order == [1, 0, 2]
