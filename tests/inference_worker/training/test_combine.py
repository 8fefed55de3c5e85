"""Several networks in one bundle: the mean of what each says alone."""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference_worker.bundle import BundleError, Calibration, load_bundle
from inference_worker.classifier import load_classifier, reference_radiograph
from inference_worker.training import scores
from inference_worker.training.combine import combine, line_of, mean_of
from tests.inference_worker.samples import baseline, titled
from tests.inference_worker.training.scored import made_up

pytestmark = pytest.mark.xdist_group("tensorflow")


TRAINING = {
    "command": "python train",
    "description": "Drawn.",
    "date": "2026-01-01",
    "hardware": "none",
    "seed": 1,
    "versions": {},
    "seconds": 60,
}
LINES = {64: (1.1818, -0.3429), 96: (0.5, 0.25)}
"""The first is nothing that 16 bits can hold."""


def member(root: Path, size: int, *, seed: int, classes: int = 1, **changes: Any) -> Path:
    """A bundle of a drawn network that says it was cross-validated."""
    from inference_worker.training.manifest_file import write_manifest
    from tests.inference_worker.drawn_networks import drawn_bundle, network

    slope, intercept = LINES[size]
    folder = drawn_bundle(
        root / f"m{size}-1",
        network(seed=seed, size=size, classes=classes),
        name=f"m{size}",
        input={"size": size, "channels": 1},
        calibration={"slope": slope, "intercept": intercept, "prevalence": 0.2},
        preprocessing_version="2",
        training=TRAINING,
        training_data={"name": "Drawn.", "licence": "none"},
        licence={"weights": "Apache-2.0"},
        **changes,
    )
    scores.write(said_by(seed, changes.get("class_names", ())), folder / "oof.csv")
    write_manifest(folder, load_bundle(folder).manifest)
    return folder


def said_by(seed: int, names: Sequence[str] = ()) -> scores.Scores:
    """Scores of the same radiographs by another model each."""
    known = made_up()
    rng = np.random.default_rng(seed)
    said = replace(known, logits=known.logits + rng.normal(0, 0.5, len(known)))
    if not names:
        return said
    shares = rng.dirichlet(np.ones(len(names)), len(known))
    return replace(said, class_names=tuple(names), class_scores=shares)


def options(root: Path, *bundles: Path) -> Namespace:
    return Namespace(
        bundle=list(bundles),
        beside=[baseline()],
        out=root / "out",
        name="both",
        bundle_version="2",
        note=["Mixed."],
    )


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("members")
    return [member(root, 64, seed=1), member(root, 96, seed=2)]


def test_shrinking_is_averaging_the_area() -> None:
    import keras

    from inference_worker.training.networks.together import smaller

    image = keras.Input((56, 56, 2))
    model = keras.Model(image, smaller(image, 40, name="seen"))
    x = np.random.default_rng(0).random((3, 56, 56, 2), dtype=np.float32)
    expected = [cv2.resize(one, (40, 40), interpolation=cv2.INTER_AREA) for one in x]
    np.testing.assert_allclose(model.predict_on_batch(x), expected, atol=1e-5)


def test_together_they_say_the_mean_of_their_calibrated_logits() -> None:
    from inference_worker.training.networks.together import Member, together
    from tests.inference_worker.drawn_networks import network

    models = [network(size=64, seed=1), network(size=96, seed=2)]
    lines = [Calibration(1.5, -0.5, 0.2), Calibration(0.5, 0.25, 0.2)]
    both = together([Member(m, line) for m, line in zip(models, lines, strict=True)])
    x = np.random.default_rng(0).random((2, 96, 96, 1), dtype=np.float32)
    small = np.stack([cv2.resize(one, (64, 64), interpolation=cv2.INTER_AREA) for one in x])
    each = [
        models[0].predict_on_batch(small[..., np.newaxis]),
        models[1].predict_on_batch(x),
    ]
    said = both.predict_on_batch(x)
    logit = np.mean(
        [s["logit"] * line.slope + line.intercept for s, line in zip(each, lines, strict=True)],
        axis=0,
    )
    np.testing.assert_allclose(said["logit"], logit, atol=1e-4)
    np.testing.assert_allclose(said["class_scores"], 1 / (1 + np.exp(-logit)), atol=1e-4)
    np.testing.assert_allclose(said["map"], each[1]["map"], atol=1e-5)
    np.testing.assert_allclose(
        said["features"], np.hstack([one["features"] for one in each]), atol=1e-4
    )


def test_the_bundle_answers_with_the_mean_of_its_members(
    members: list[Path], tmp_path: Path
) -> None:
    made = load_bundle(combine(options(tmp_path, *members)))
    assert (made.name, made.version, made.input_size) == ("both", "2", 96)
    radiograph = reference_radiograph(96, 80)
    logits = []
    for engine in ("litert", "keras"):
        said = load_classifier(made, engine=engine).classify([radiograph])[0]
        logits.append(said.logit)
        alone = [
            load_classifier(bundle, engine=engine).classify([radiograph])[0].logit
            * bundle.calibration.slope
            + bundle.calibration.intercept
            for bundle in map(load_bundle, members)
        ]
        # The smaller member sees the larger one's picture shrunk, not the film itself.
        assert said.logit == pytest.approx(np.mean(alone), abs=0.05)
        assert said.map.shape == (96, 80)
        assert said.features is not None
    assert logits[0] == pytest.approx(logits[1], abs=1e-4)


def test_a_line_is_one_that_both_engines_hold(members: list[Path]) -> None:
    """LiteRT keeps constants in 16 bits; what Keras computes with, and what the scores went
    through, must be the same number."""
    line = line_of(load_bundle(members[0]))
    assert (line.slope, line.intercept) == (float(np.float16(1.1818)), float(np.float16(-0.3429)))


def test_its_figures_are_those_of_the_mean_of_the_scores(
    members: list[Path], tmp_path: Path
) -> None:
    folder = combine(options(tmp_path, *members))
    pooled = scores.read(folder / "oof.csv")
    each = [scores.read(path / "oof.csv").logits for path in members]
    expected = np.mean([1.1818 * each[0] - 0.3429, 0.5 * each[1] + 0.25], axis=0)
    np.testing.assert_allclose(pooled.logits, expected, atol=2e-3)
    manifest = load_bundle(folder).manifest
    assert manifest["metrics"]["auc"]["value"] > 0.9
    assert [one["name"] for one in manifest["members"]] == ["m64", "m96"]
    assert manifest["training"]["seconds"] == 120
    assert "combine --bundle DIR/m64-1 --bundle DIR/m96-1" in manifest["training"]["command"]
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Mixed." in card
    for beside in ("m64 1", "m96 1", titled(baseline())):
        assert f"| {beside} |" in card


def test_members_must_have_scored_the_same_folds(members: list[Path]) -> None:
    bundles = [load_bundle(path) for path in members]
    first = made_up()
    other = replace(first, folds=(first.folds + 1) % 5)
    with pytest.raises(ValueError, match="m96-1 was not scored on the same radiographs"):
        mean_of([(first, bundles[0]), (other, bundles[1])])


def refusal(root: Path, *bundles: Path, **changes: str) -> str:
    """What `combine` says, and nothing is written."""
    given = options(root / "refused", *bundles)
    vars(given).update(changes)
    with pytest.raises((ValueError, BundleError)) as caught:
        combine(given)
    assert not (root / "refused").exists()
    return str(caught.value)


def test_what_does_not_fit_together_is_refused(members: list[Path], tmp_path: Path) -> None:
    first, second = members
    assert "two different bundles" in refusal(tmp_path, first)
    assert "two different bundles" in refusal(tmp_path, first, first)
    assert "cannot name a bundle" in refusal(tmp_path, first, second, name="our best")
    other = member(
        tmp_path / "a", 64, seed=3, classes=2, class_names=["none", "some"], normal_class="none"
    )
    assert "differ in class_names" in refusal(tmp_path, first, other)


def test_what_was_not_cross_validated_or_told_is_refused(
    members: list[Path], tmp_path: Path
) -> None:
    from inference_worker.training.manifest_file import write_manifest

    copy = shutil.copytree(members[1], tmp_path / "copy")
    manifest = load_bundle(copy).manifest
    stated = {**manifest["calibration"], "prevalence": 0.5}
    write_manifest(copy, {**manifest, "calibration": stated})
    assert "differ in prevalence (0.2, 0.5)" in refusal(tmp_path, members[0], copy)
    write_manifest(copy, {**manifest, "training": {}})
    assert "does not tell the command" in refusal(tmp_path, members[0], copy)
    (copy / "oof.csv").unlink()
    write_manifest(copy, manifest)
    assert "has no oof.csv" in refusal(tmp_path, members[0], copy)


def test_of_several_classes_the_scores_never_contradict_the_answer(tmp_path: Path) -> None:
    named = {"class_names": ["none", "crack", "break"], "normal_class": "none"}
    each = [
        member(tmp_path, size, seed=seed, classes=3, **named) for seed, size in enumerate(LINES)
    ]
    loaded = load_bundle(combine(options(tmp_path, *each)))
    picture = reference_radiograph()
    for engine in ("litert", "keras"):
        said = load_classifier(loaded, engine=engine).classify([picture])[0]
        normal = 1 / (1 + np.exp(said.logit))
        assert said.class_scores["none"] == pytest.approx(normal, abs=1e-3)
        assert sum(said.class_scores.values()) == pytest.approx(1, abs=1e-3)
    kept = scores.read(loaded.path / "oof.csv")
    assert kept.class_scores is not None
    np.testing.assert_allclose(kept.class_scores[:, 0], 1 / (1 + np.exp(kept.logits)), atol=1e-5)
    np.testing.assert_allclose(kept.class_scores.sum(axis=1), 1, atol=1e-5)


def test_the_kinds_of_a_mean_are_the_mean_of_the_kinds() -> None:
    import keras

    from inference_worker.training.networks.together import of_classes

    said = [np.array([[0.9, 0.05, 0.05]]), np.array([[0.2, 0.6, 0.2]])]
    shared = keras.ops.convert_to_numpy(of_classes(np.array([[0.0]]), said))
    np.testing.assert_allclose(shared, [[0.5, 0.5 * 0.625, 0.5 * 0.375]])


def test_a_bundle_that_is_there_is_not_written_over(members: list[Path], tmp_path: Path) -> None:
    combine(options(tmp_path, *members))
    with pytest.raises(ValueError, match="is there already"):
        combine(options(tmp_path, *members))


def test_the_map_is_the_one_that_the_manifest_describes() -> None:
    """That of the larger input, also where the smaller one has a finer grid."""
    import keras
    from keras import layers

    from inference_worker.training.networks.together import Member, together

    def coarse(size: int, cell: int) -> keras.Model:
        image = keras.Input((size, size, 1))
        maps = layers.AveragePooling2D(cell)(image)
        logit = layers.Dense(1)(layers.Flatten()(maps))
        scores_ = layers.Activation("sigmoid")(logit)
        place = layers.Reshape(maps.shape[1:3])(maps)
        return keras.Model(image, {"logit": logit, "class_scores": scores_, "map": place})

    line = Calibration(1.0, 0.0, 0.2)
    both = together([Member(coarse(32, 2), line), Member(coarse(64, 16), line)])
    assert both.output["map"].shape[1:] == (4, 4)
    assert "features" not in both.output
