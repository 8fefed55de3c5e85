"""From a drawn folder through a cross-validation to a bundle that answers, with two classes and
with three. One process for the file: TensorFlow's import alone takes many seconds."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from inference_worker.bundle import load_bundle
from inference_worker.classifier import load_classifier
from inference_worker.manifest import RELATIVE
from inference_worker.training.dataset import DatasetError, read
from inference_worker.training.decode import decode
from inference_worker.training.learning.plan import Plan, Stage
from tests.inference_worker.training.drawn import drawn_classes, drawn_folder, few_steps

if TYPE_CHECKING:
    from inference_worker.training.learning.ship import Shipping

pytestmark = pytest.mark.xdist_group("tensorflow")

TINY = Plan("tiny", (Stage(64, 2, 1e-3), Stage(96, 1, 1e-3)), steps=4, batch=8, positives=3)


@pytest.fixture(scope="module", autouse=True)
def tiny() -> Iterator[None]:
    """The parts of the real networks, only fewer: each of theirs takes many seconds to trace."""
    from inference_worker.training import architectures
    from inference_worker.training.networks import fracture_head
    from inference_worker.training.networks.layers import ScaledConv

    def build(image: Any, classes: int, pretrained: bool) -> dict[str, Any]:
        maps = ScaledConv(8, 5, stride=4, name="stem")(image)
        fine = ScaledConv(0, 5, stride=4, name="depthwise")(maps)
        coarse = ScaledConv(16, 3, stride=2, name="top")(fine)
        return fracture_head.outputs({16: fine, 32: coarse}, coarse, classes=classes)

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(architectures.ARCHITECTURES, "tiny", architectures.Architecture(1, build))
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished cross-validation on 2 x 60 drawn images."""
    from inference_worker.training.learning.crossval import cross_validate

    root = tmp_path_factory.mktemp("learning")
    dataset = read(drawn_folder(root / "data", of_each=60))
    with few_steps():
        assert cross_validate(TINY, dataset, by="fold", folder=root / "run")
    return root


@pytest.fixture(scope="module")
def bundle(run: Path) -> Path:
    from inference_worker.training.learning.ship import ship

    return ship(TINY, read(run / "data"), shipping(run), folder=run / "run")


def shipping(root: Path) -> Shipping:
    from inference_worker.training.learning.ship import Shipping

    return Shipping(root / "out", "drawn", "1", 0.176, (), (), "Drawn.", "none")


def test_every_image_is_scored_once_by_a_model_without_it(run: Path) -> None:
    with (run / "run" / "oof.csv").open(newline="") as lines:
        scored = list(csv.DictReader(lines))
    with (run / "run" / "folds.csv").open(newline="") as lines:
        folds = {row["id"]: row["fold"] for row in csv.DictReader(lines)}
    assert {row["id"]: row["fold"] for row in scored} == folds
    assert len(scored) == 120


def test_a_finished_cross_validation_is_not_done_again(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference_worker.training.learning import crossval

    monkeypatch.setattr(crossval, "learn", None)
    assert crossval.cross_validate(TINY, read(run / "data"), by="fold", folder=run / "run")


def test_another_plan_needs_another_folder(run: Path) -> None:
    from inference_worker.training.learning.crossval import cross_validate

    with pytest.raises(DatasetError, match="another plan"):
        cross_validate(replace(TINY, steps=5), read(run / "data"), by="fold", folder=run / "run")


def test_the_bundle_answers_alike_on_both_engines(run: Path, bundle: Path) -> None:
    loaded = load_bundle(bundle)
    assert loaded.input_size == 96
    assert loaded.preprocessing_version == "2"
    assert not loaded.demonstration
    pictures = [decode(path) for path in sorted((run / "data").rglob("*.png"))[::12]]
    answers = [
        load_classifier(loaded, engine=engine).classify(pictures) for engine in ("litert", "keras")
    ]
    for one, other in zip(*answers, strict=True):
        assert one.logit == pytest.approx(other.logit, abs=5e-3)
        np.testing.assert_allclose(one.map, other.map, atol=5e-3)
        assert one.features is not None
    assert len({round(one.logit, 4) for one in answers[0]}) > 1


def test_the_bundle_says_how_it_was_made(run: Path, bundle: Path) -> None:
    manifest = load_bundle(bundle).manifest
    assert manifest["training"]["plan"] == TINY.as_json()
    assert len(manifest["training_data"]["folds_sha256"]) == 64
    assert manifest["metrics"]["scored"]["images"] == 120
    assert "crossval" in manifest["training"]["command"]
    card = (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Drawn." in card


def test_the_baseline_goes_the_same_way_as_a_demonstration(tmp_path: Path) -> None:
    """The reference CNN, without outlines, whose map is made of its last feature maps."""
    from inference_worker.training.learning.crossval import cross_validate
    from inference_worker.training.learning.ship import ship

    dataset = read(drawn_folder(tmp_path / "data", of_each=20))
    plan = Plan("baseline_cnn", (Stage(64, 1, 1e-3),), steps=2, batch=8, positives=3)
    with few_steps():
        assert cross_validate(plan, dataset, by="fold", folder=tmp_path / "run")
    wanted = replace(shipping(tmp_path), demonstration=True)
    loaded = load_bundle(ship(plan, dataset, wanted, folder=tmp_path / "run"))
    assert loaded.demonstration
    assert loaded.map_style.kind == RELATIVE
    assert loaded.manifest["training"]["command"].endswith(" --demonstration")
    card = (loaded.path / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "**Demonstration model.**" in card
    said = load_classifier(loaded).classify([decode(dataset.samples[0].path)])[0]
    assert said.is_finite()


@pytest.mark.parametrize("given", [[], ["--demonstration"]])
def test_the_command_says_whether_it_is_a_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str]
) -> None:
    from inference_worker.training.cli import main
    from inference_worker.training.learning import ship

    asked: list[Shipping] = []

    def shipped(plan: Plan, dataset: object, wanted: Shipping, **_: object) -> Path:
        asked.append(wanted)
        return tmp_path

    monkeypatch.setattr(ship, "ship", shipped)
    data = drawn_folder(tmp_path / "data", of_each=4)
    command = ["train", "--data", str(data), "--out", str(tmp_path), *given]
    assert main([*command, "--data-name", "Drawn.", "--data-licence", "none"]) == 0
    assert [wanted.demonstration for wanted in asked] == [bool(given)]


def test_a_bundle_needs_a_finished_cross_validation(run: Path, tmp_path: Path) -> None:
    from inference_worker.training.learning.ship import ship

    with pytest.raises(DatasetError, match="crossval"):
        ship(TINY, read(run / "data"), shipping(tmp_path), folder=tmp_path)


def test_interrupted_training_ends_where_an_uninterrupted_one_does(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And with more threads that prepare the batches."""
    from inference_worker.training.learning import learn
    from inference_worker.training.learning.lessons import films
    from inference_worker.training.learning.parts import Part

    samples = read(run / "data").samples
    plan = replace(TINY, ema=0.5, stages=(Stage(64, 2, 1e-2), Stage(96, 1, 1e-2)))
    part = Part("all", 9, samples, [])

    def taught(name: str, *, workers: int) -> list[np.ndarray]:
        drawn = films(plan, part, run / "pictures", workers=workers)
        path = learn.learn(plan, drawn, classes=2, folder=tmp_path / name, title=name)
        with np.load(path) as kept:
            return [kept[key] for key in kept.files]

    straight = taught("straight", workers=1)
    with monkeypatch.context() as interrupted:
        begin = learn.Keeper.on_epoch_begin

        def stop(self: learn.Keeper, epoch: int, logs: dict[str, float] | None = None) -> None:
            if epoch == 1:
                raise KeyboardInterrupt
            begin(self, epoch, logs)

        interrupted.setattr(learn.Keeper, "on_epoch_begin", stop)
        with pytest.raises(KeyboardInterrupt):
            taught("resumed", workers=3)
    assert [row["epoch"] for row in learn.read_history(tmp_path / "resumed")] == [1]
    for one, other in zip(straight, taught("resumed", workers=3), strict=True):
        if one.dtype == np.float32:
            np.testing.assert_allclose(one, other, atol=1e-5)
    assert [row["epoch"] for row in learn.read_history(tmp_path / "resumed")] == [1, 2, 3]


class KilledError(Exception):
    """What a killed process leaves behind."""


def test_killed_at_the_end_of_a_stage_it_goes_on(run: Path, tmp_path: Path) -> None:
    """Between the last point of a stage and whatever comes next nothing may be missing."""
    from inference_worker.training.learning import learn, state
    from inference_worker.training.learning.lessons import films
    from inference_worker.training.learning.parts import Part

    samples = read(run / "data").samples
    drawn = films(TINY, Part("all", 9, samples, []), run / "pictures")
    save = state.save
    for last in (2, 3):
        folder = tmp_path / str(last)

        def die(path: Path, model: object, *, epoch: int, last: int = last) -> None:
            save(path, model, epoch=epoch)
            if epoch == last:
                raise KilledError

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(state, "save", die)
            with pytest.raises(KilledError):
                learn.learn(TINY, drawn, classes=2, folder=folder, title="killed")
        assert learn.learn(TINY, drawn, classes=2, folder=folder, title="again").is_file()


def test_a_bundle_is_not_made_of_another_plan(run: Path) -> None:
    from inference_worker.training.learning.ship import ship

    with pytest.raises(DatasetError, match="another plan"):
        ship(replace(TINY, ema=0.9), read(run / "data"), shipping(run), folder=run / "run")


def test_three_classes_end_to_end(tmp_path: Path) -> None:
    from inference_worker.training.learning.crossval import cross_validate
    from inference_worker.training.learning.ship import ship

    dataset = read(drawn_classes(tmp_path / "data", of_each=40))
    assert dataset.class_names == ("no_fracture", "oblique", "transverse")
    plan = replace(TINY, stages=(Stage(64, 1, 1e-3),))
    with few_steps():
        pooled = cross_validate(plan, dataset, by="fold", folder=tmp_path / "run")
    assert pooled is not None
    assert "score_transverse" in pooled.read_text().splitlines()[0]
    loaded = load_bundle(ship(plan, dataset, shipping(tmp_path), folder=tmp_path / "run"))
    assert json.loads(json.dumps(loaded.manifest))["normal_class"] == "no_fracture"
    said = load_classifier(loaded).classify([decode(dataset.samples[0].path)])[0]
    assert set(said.class_scores) == set(dataset.class_names)
    assert sum(said.class_scores.values()) == pytest.approx(1, abs=1e-3)
    # One answer, told twice: never "fractured" there and mostly normal here.
    normal = 1 / (1 + math.exp(said.logit))
    assert said.class_scores["no_fracture"] == pytest.approx(normal, abs=1e-3)
    with pooled.open(newline="") as lines:
        for row in csv.DictReader(lines):
            normal = 1 / (1 + math.exp(float(row["logit"])))
            assert float(row["score_no_fracture"]) == pytest.approx(normal, abs=1e-4)


def test_a_file_that_cannot_be_read_ends_it_before_anything_is_learnt(tmp_path: Path) -> None:
    from inference_worker.training.learning.crossval import cross_validate

    data = drawn_folder(tmp_path / "data", of_each=20)
    next(iter(sorted(data.glob("*/*/*.png")))).write_bytes(b"no picture")
    dataset = read(data)
    with pytest.raises(ValueError, match="not a readable image"):
        cross_validate(TINY, dataset, by="fold", folder=tmp_path / "run")
    assert not list((tmp_path / "run").glob("*/history.json"))


def test_left_out_parts_are_scored(tmp_path: Path) -> None:
    """Two sources, each scored by a model that never saw it."""
    from inference_worker.training.dataset import mixed
    from inference_worker.training.learning.crossval import cross_validate

    sizes = {"north": 96, "south": 100}
    roots = [drawn_folder(tmp_path / name, of_each=16, size=size) for name, size in sizes.items()]
    dataset = mixed([read(root) for root in roots])
    plan = replace(TINY, stages=(Stage(64, 1, 1e-3),), steps=1)
    with few_steps():
        pooled = cross_validate(plan, dataset, by="source", folder=tmp_path / "run")
    assert pooled is not None
    with pooled.open(newline="") as lines:
        assert {(row["source"], row["fold"]) for row in csv.DictReader(lines)} == {
            ("north", "0"),
            ("south", "1"),
        }
