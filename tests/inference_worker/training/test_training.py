"""From a drawn folder to a bundle, and that what is exported is what was trained.

All of it needs TensorFlow, whose import alone takes many seconds: one process for the whole file.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from inference_worker.bundle import load_bundle
from inference_worker.classifier import load_classifier, reference_radiograph
from inference_worker.training.batches import augment
from inference_worker.training.cli import main
from inference_worker.training.decode import decode
from tests.inference_worker.samples import baseline
from tests.inference_worker.training.drawn import drawn_folder

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two epochs on 2 x 24 drawn images, through the command."""
    root = tmp_path_factory.mktemp("training")
    data = drawn_folder(root / "data", of_each=24)
    arguments = ["train-baseline", "--data", str(data), "--out", str(root / "out"), "--epochs", "2"]
    arguments += ["--run", str(root / "run"), "--data-name", "Drawn.", "--data-licence", "none"]
    assert main(arguments) == 0
    return {"data": data, "run": root / "run", "bundle": root / "out" / "baseline-cnn-1"}


def test_bundle_is_complete_and_measured(trained: dict[str, Path]) -> None:
    bundle = load_bundle(trained["bundle"])
    assert set(bundle.manifest["files"]) == {
        "MODEL_CARD.md",
        "held_out.png",
        "learning_curves.png",
        "model.keras",
        "model.tflite",
    }
    assert bundle.manifest["training"]["parameters"] == 6_427_745
    assert bundle.manifest["training"]["epochs"] == 2
    assert {"auc", "accuracy", "precision", "recall", "f1"} <= set(bundle.metrics)
    card = (trained["bundle"] / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Drawn." in card
    assert len(json.loads((trained["run"] / "history.json").read_text())) == 2


def test_evaluate_repeats_the_figures(
    trained: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--bundle", str(trained["bundle"]), "--data", str(trained["data"])]
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == load_bundle(trained["bundle"]).metrics
    assert main(arguments) == 0
    assert "AUC" in capsys.readouterr().out


def test_a_run_is_not_overwritten(
    trained: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "train-baseline",
        "--data",
        str(trained["data"]),
        "--out",
        str(trained["run"] / "out"),
    ]
    arguments += ["--run", str(trained["run"])]
    assert main([*arguments, "--epochs", "2"]) == 1
    assert "give --resume" in capsys.readouterr().err
    assert main([*arguments, "--epochs", "3", "--resume"]) == 1
    error = capsys.readouterr().err
    assert "other options" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "--data", "missing", "--out", "out"], "missing is not a folder"),
        (["train", "--data", ".", "--out", "out", "--architecture", "x"], "no architecture 'x'"),
        (["evaluate", "--bundle", "missing", "--data", "."], "missing is no bundle"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", ["train", "train-baseline", "crossval", "evaluate"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_interrupted_run_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inference_worker.training import fit

    monkeypatch.setattr(fit, "SIZE", 32)
    monkeypatch.setattr(fit, "CHANNELS", 3)
    rng = np.random.default_rng(0)
    labels = np.array([0, 1] * 20, np.float32)
    grey = rng.integers(0, 120, (40, 32, 32), dtype=np.uint8)
    grey[labels == 1, 8:16] += 100
    fold = fit.Fold(grey, labels)

    def run(name: str) -> list[np.ndarray]:
        (tmp_path / name).mkdir(exist_ok=True)
        model = fit.fit(
            "baseline_cnn", fold, fold, run=tmp_path / name, epochs=3, seed=5, prevalence=0.5
        )
        return list(model.get_weights())

    straight = run("straight")
    with monkeypatch.context() as interrupted:
        begin = fit.Keeper.on_epoch_begin

        def stop(self: fit.Keeper, epoch: int, logs: dict[str, float] | None = None) -> None:
            if epoch == 2:
                raise KeyboardInterrupt
            begin(self, epoch, logs)

        interrupted.setattr(fit.Keeper, "on_epoch_begin", stop)
        with pytest.raises(KeyboardInterrupt):
            run("resumed")
    assert len(fit.read_history(tmp_path / "resumed")) == 2
    for one, other in zip(straight, run("resumed"), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert len(fit.read_history(tmp_path / "resumed")) == 3


def test_map_is_what_gradients_give() -> None:
    """The forward map against Grad-CAM by automatic differentiation."""
    import tensorflow as tf

    from inference_worker.preprocessing import prepare
    from inference_worker.training.architectures import build
    from inference_worker.training.forward import serving_model
    from inference_worker.training.networks.baseline import FEATURE_MAPS

    tf.keras.utils.set_random_seed(11)
    model = build("baseline_cnn", size=224, classes=2, pretrained=False)
    pictures = [reference_radiograph(), 255 - reference_radiograph()]
    batch = np.stack([prepare(p, size=224, channels=3, version="1")[0] for p in pictures])
    forward = serving_model(model)(batch)["map"].numpy()
    position = [layer.name for layer in model.layers].index(FEATURE_MAPS)
    features = tf.constant(batch)
    for layer in model.layers[1 : position + 1]:
        features = layer(features)
    with tf.GradientTape() as tape:
        tape.watch(features)
        logit = features
        for layer in model.layers[position + 1 :]:
            logit = layer(logit)
    gradients = tape.gradient(logit, features)
    weights = tf.reduce_mean(gradients, axis=(1, 2), keepdims=True)
    heat = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1)).numpy()
    assert heat.max() > 0
    expected = heat / np.maximum(heat.max(axis=(1, 2), keepdims=True), 1e-7)
    np.testing.assert_allclose(forward, expected, atol=1e-4)


def test_both_engines_hold_the_same_numbers(fracatlas: Path) -> None:
    """The shipped weights on real radiographs: Keras in one batch, LiteRT one by one."""
    paths = sorted(fracatlas.glob("images/*/*.jpg"))[::430]
    pictures = [decode(path) for path in paths]
    bundle = load_bundle(baseline())
    first = load_classifier(bundle).classify(pictures)
    second = load_classifier(bundle, engine="keras").classify(pictures)
    assert len(first) == len(second) == len(paths) > 5
    for one, other in zip(first, second, strict=True):
        assert one.logit == pytest.approx(other.logit, abs=1e-3)
        assert one.class_scores == pytest.approx(other.class_scores, abs=1e-3)
        np.testing.assert_allclose(one.map, other.map, atol=2e-3)
    assert len({round(one.logit, 3) for one in first}) == len(paths)
    assert max(one.map.max() for one in first) > 0.5


def test_shipped_figures_repeat(fracatlas: Path) -> None:
    """What bundle.json says was measured is what its weights give, on the held-out radiographs."""
    from inference_worker.training.evaluate import held_out_of, score
    from inference_worker.training.metrics import auc

    bundle = load_bundle(baseline())
    samples = held_out_of(bundle, fracatlas)
    measured = auc(score(load_classifier(bundle, threads=2), samples))
    assert measured == pytest.approx(bundle.metrics["auc"]["value"], abs=2e-3)


def test_augmentation_is_mild_and_repeats() -> None:
    square = np.zeros((224, 224), np.uint8)
    square[60:160, 80:140] = 180
    pictures = [augment(square, np.random.default_rng(seed)) for seed in range(30)]
    np.testing.assert_array_equal(pictures[3], augment(square, np.random.default_rng(3)))
    for picture in pictures:
        assert picture.shape == (224, 224)
        assert picture.dtype == np.float32
        assert picture.min() >= 0
        assert picture.max() <= 1
        # The bone stays inside, whatever was done to it.
        assert 3500 < (picture > 0.4).sum() < 9500
    assert len({picture.tobytes() for picture in pictures}) == 30
