"""The command's errors and help, and that what is exported is what was trained.

TensorFlow's import alone takes many seconds: one process for the whole file.
"""

from pathlib import Path

import numpy as np
import pytest

from inference_worker.bundle import load_bundle
from inference_worker.classifier import load_classifier, reference_radiograph
from inference_worker.training.cli import main
from inference_worker.training.decode import decode
from tests.inference_worker.samples import baseline

pytestmark = pytest.mark.xdist_group("tensorflow")


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


@pytest.mark.parametrize("command", ["train", "crossval", "evaluate", "combine"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "examples:" in capsys.readouterr().out


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
