"""Windows on views: a network taught through windows is a whole network. The networks here are
tiny; the parts are the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference_worker.bundle import load_bundle
from inference_worker.classifier import load_classifier
from inference_worker.training.dataset import Dataset, DatasetError, Sample, read
from inference_worker.training.decode import decode
from inference_worker.training.learning.plan import Plan, Stage, Views
from tests.inference_worker.training.drawn import drawn_folder, few_steps

pytestmark = pytest.mark.xdist_group("tensorflow")

VIEWS = Views(size=192, blocks=1, normal=1, fractured=2, beside=2)
PLAN = Plan(
    "tiny_blocks",
    (Stage(64, 1, 1e-3),),
    steps=2,
    batch=8,
    positives=3,
    views=VIEWS,
)


@pytest.fixture(scope="module", autouse=True)
def tiny_blocks() -> Iterator[None]:
    """A network of one lower block, whose first weights are the same wherever it is built."""
    from inference_worker.training import architectures
    from inference_worker.training.networks import fracture_head
    from inference_worker.training.networks.layers import ScaledConv

    def build(image: Any, classes: int, pretrained: bool) -> dict[str, Any]:
        maps = ScaledConv(8, 5, stride=4, name="stem")(image)
        maps = ScaledConv(8, 3, stride=2, name="block_0_project")(maps)
        fine = ScaledConv(12, 3, stride=2, name="block_1_project")(maps)
        coarse = ScaledConv(16, 3, stride=2, name="top")(fine)
        return fracture_head.outputs({16: fine, 32: coarse}, coarse, classes=classes)

    def load(model: Any) -> None:
        rng = np.random.default_rng(2)
        for name in ("stem", "block_0_project", "block_1_project", "top"):
            for weight in model.get_layer(name).weights[:1]:
                weight.assign(rng.normal(0, 0.2, weight.shape))

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(
            architectures.ARCHITECTURES, "tiny_blocks", architectures.Architecture(1, build, load)
        )
        yield


def outlined(root: Path, *, of_each: int) -> Dataset:
    """Drawn bones whose gap is outlined: a band across the middle of the bone."""
    dataset = read(drawn_folder(root, of_each=of_each))
    band = ((24.0, 24.0), (72.0, 24.0), (72.0, 72.0), (24.0, 72.0))
    samples = [
        replace(sample, fractures=(band,)) if sample.label else sample for sample in dataset.samples
    ]
    return replace(dataset, samples=samples)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Dataset]:
    from inference_worker.training.learning.crossval import cross_validate

    root = tmp_path_factory.mktemp("windows")
    dataset = outlined(root / "data", of_each=40)
    with few_steps():
        assert cross_validate(PLAN, dataset, by="fold", folder=root / "run")
    return root, dataset


@pytest.fixture(scope="module")
def bundle(run: tuple[Path, Dataset]) -> Path:
    from inference_worker.training.learning.ship import Shipping, ship

    root, dataset = run
    shipping = Shipping(root / "out", "windows", "1", 0.176, (), (), "Drawn.", "none")
    return ship(PLAN, dataset, shipping, folder=root / "run")


def test_fractures_without_outlines_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    from inference_worker.training.learning.crossval import cross_validate

    dataset = read(drawn_folder(tmp_path / "data", of_each=20))
    with pytest.raises(DatasetError, match="20 fractured images"):
        cross_validate(PLAN, dataset, by="fold", folder=tmp_path / "run")
    assert not (tmp_path / "views").exists()


def test_other_outlines_or_labels_are_other_views(tmp_path: Path) -> None:
    from inference_worker.training.learning import views

    samples = outlined(tmp_path / "data", of_each=1).samples
    views.store(PLAN, VIEWS, samples, tmp_path / "views")
    moved = [replace(sample, fractures=sample.fractures[:0]) for sample in samples]
    views.store(PLAN, VIEWS, moved, tmp_path / "views")
    turned = [replace(sample, label=1 - sample.label) for sample in samples]
    views.store(PLAN, VIEWS, turned, tmp_path / "views")
    assert len(list((tmp_path / "views").iterdir())) == 3


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    from inference_worker.training.learning import views

    samples = outlined(tmp_path / "data", of_each=2).samples
    views.store(PLAN, VIEWS, samples, tmp_path / "views")
    (labels,) = (tmp_path / "views").glob("*/*-labels.npy")
    np.save(labels, np.zeros(1, np.int64))
    with pytest.raises(DatasetError, match="delete the folder"):
        views.store(PLAN, VIEWS, samples, tmp_path / "views")


def test_a_window_larger_than_the_film_is_refused() -> None:
    from inference_worker.training.learning.plans import changed, plan_of

    with pytest.raises(ValueError, match="448 px or less"):
        changed(plan_of("efficientnet_lite0", "windows"), stages=(Stage(512, 1, 1e-4),))
    with pytest.raises(ValueError, match="no plan of windows"):
        plan_of("baseline_cnn", "windows")


def test_views_are_made_once_and_the_same_from_either_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference_worker.training.learning import views

    monkeypatch.setattr(views, "CHUNK", 3)
    samples = outlined(tmp_path / "data", of_each=4).samples

    def drawn(cache: str, *, backwards: bool) -> list[np.ndarray]:
        store = views.store(PLAN, VIEWS, samples, tmp_path / cache, backwards=backwards)
        rng = np.random.default_rng(5)
        return [store.any(sample, rng).features for sample in samples for _ in range(2)]

    forwards = drawn("one", backwards=False)
    for one, other in zip(forwards, drawn("two", backwards=True), strict=True):
        np.testing.assert_allclose(one.astype(float), other.astype(float), atol=1e-2)
    monkeypatch.setattr(views, "_make", None)
    for one, other in zip(forwards, drawn("one", backwards=True), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_the_parts_say_is_what_the_whole_says() -> None:
    from inference_worker.training.architectures import build
    from inference_worker.training.networks.cut import lower_part, upper_part

    model = build("tiny_blocks", size=64, classes=2, pretrained=True)
    x = np.random.default_rng(0).random((2, 64, 64, 1), dtype=np.float32)
    features = lower_part(model, 1).predict_on_batch(x)
    for name, said in upper_part(model, 1).predict_on_batch(features).items():
        np.testing.assert_allclose(said, model.predict_on_batch(x)[name], atol=1e-5)
    with pytest.raises(ValueError, match="no block 7"):
        lower_part(model, 8)


def test_only_what_lies_above_the_cut_is_taught(run: tuple[Path, Dataset]) -> None:
    from inference_worker.training.architectures import build
    from inference_worker.training.learning.learn import finished_model

    taught = finished_model(PLAN, run[0] / "run" / "fold-0" / "weights.npz", classes=2)
    first = build("tiny_blocks", size=192, classes=2, pretrained=True)
    same = {
        name: np.allclose(*(m.get_layer(name).get_weights()[0] for m in (taught, first)))
        for name in ("stem", "block_0_project", "block_1_project", "top")
    }
    assert same == {"stem": True, "block_0_project": True, "block_1_project": False, "top": False}


def test_a_whole_stage_teaches_the_lower_blocks_too(
    run: tuple[Path, Dataset], tmp_path: Path
) -> None:
    from inference_worker.training.architectures import build
    from inference_worker.training.learning.learn import finished_model, learn
    from inference_worker.training.learning.lessons import teacher
    from inference_worker.training.learning.parts import Part

    root, dataset = run
    plan = replace(PLAN, stages=(Stage(64, 1, 1e-2), Stage(96, 1, 1e-4, whole=True)))
    lessons = teacher(plan, dataset, root / "run")(plan, Part("all", 9, dataset.samples, []))

    def kernels(stages: int) -> dict[str, np.ndarray]:
        part = replace(plan, stages=plan.stages[:stages])
        path = learn(part, lessons, classes=2, folder=tmp_path / str(stages), title="whole")
        model = finished_model(part, path, classes=2)
        names = ("stem", "block_0_project", "block_1_project", "top")
        return {name: model.get_layer(name).get_weights()[0] for name in names}

    first = build("tiny_blocks", size=192, classes=2, pretrained=True)
    held, whole = kernels(1), kernels(2)
    for name, kernel in held.items():
        moved = np.abs(whole[name] - kernel).max()
        assert 0 < moved < 1e-3, name
        # It begins where the stage before ended, not from the first weights again.
        if name in ("block_1_project", "top"):
            learnt = np.abs(kernel - first.get_layer(name).get_weights()[0]).max()
            assert learnt > 10 * moved, name


def test_a_whole_stage_sees_the_views_themselves(tmp_path: Path) -> None:
    from inference_worker.training.learning import views

    (sample,) = outlined(tmp_path / "data", of_each=1).samples[:1]
    kept = replace(VIEWS, blocks=0)
    seen = views.store(PLAN, kept, [sample], tmp_path / "views").any(
        sample, np.random.default_rng(1)
    )
    assert seen.features.shape == (192, 192, 1)
    assert 0 <= seen.features.min() < seen.features.max() <= 1


def test_whole_films_have_no_whole_stage() -> None:
    from inference_worker.training.learning.plans import changed, plan_of

    with pytest.raises(ValueError, match="leave out `:whole`"):
        changed(plan_of("efficientnet_lite0"), stages=(Stage(224, 1, 1e-4, whole=True),))


def test_blocks_that_were_taught_are_not_held_again() -> None:
    from inference_worker.training.learning.plans import changed, plan_of

    stages = (Stage(224, 1, 1e-4, whole=True), Stage(224, 1, 1e-4))
    with pytest.raises(ValueError, match="put those stages last"):
        changed(plan_of("efficientnet_lite0", "windows"), stages=stages)


@pytest.mark.parametrize("done", [1, 2])
def test_a_killed_training_goes_on_to_the_same_weights(
    run: tuple[Path, Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    """Stopped before the stage that is whole, and within it."""
    from inference_worker.training.learning import learn
    from inference_worker.training.learning.lessons import teacher
    from inference_worker.training.learning.parts import Part

    root, dataset = run
    plan = replace(PLAN, stages=(Stage(64, 1, 1e-2), Stage(96, 2, 1e-2, whole=True)))
    lessons = teacher(plan, dataset, root / "run")(plan, Part("all", 9, dataset.samples, []))

    def taught(name: str) -> list[np.ndarray]:
        path = learn.learn(plan, lessons, classes=2, folder=tmp_path / name, title=name)
        with np.load(path) as kept:
            return [kept[key] for key in kept.files]

    straight = taught("straight")
    begin = learn.Keeper.on_epoch_begin

    def stop(self: learn.Keeper, epoch: int, logs: dict[str, float] | None = None) -> None:
        if epoch == done:
            raise KeyboardInterrupt
        begin(self, epoch, logs)

    with monkeypatch.context() as patched:
        patched.setattr(learn.Keeper, "on_epoch_begin", stop)
        with pytest.raises(KeyboardInterrupt):
            taught("resumed")
    for one, other in zip(straight, taught("resumed"), strict=True):
        if one.dtype == np.float32:
            np.testing.assert_allclose(one, other, atol=1e-5)


def test_its_bundle_answers_on_whole_films(run: tuple[Path, Dataset], bundle: Path) -> None:
    loaded = load_bundle(bundle)
    assert loaded.input_size == 192
    assert loaded.manifest["training"]["plan"]["views"]["blocks"] == 1
    assert "--plan windows" in loaded.manifest["training"]["command"]
    pictures = [decode(sample.path) for sample in some(run[1])]
    answers = [load_classifier(loaded, engine=e).classify(pictures) for e in ("litert", "keras")]
    for one, other in zip(*answers, strict=True):
        assert one.logit == pytest.approx(other.logit, abs=5e-3)


def some(dataset: Dataset) -> list[Sample]:
    return dataset.samples[::13]
