"""EfficientNet-Lite as it was published: the same logits on photographs, read without PyTorch."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.datasets import load_sample_images

pytestmark = pytest.mark.xdist_group("tensorflow")

PALACE, DAISY, HONEYCOMB = 698, 985, 599
REFERENCE = {
    (0, "china"): (PALACE, 8.121, [1.386, -0.230, -1.781, 0.220, -0.930, 1.013]),
    (0, "flower"): (DAISY, 7.115, [-1.745, 1.347, -0.935, -1.549, -0.175, 0.286]),
    (1, "china"): (PALACE, 8.197, [-0.837, 0.174, -0.246, -0.584, -1.459, 0.100]),
    (1, "flower"): (DAISY, 3.732, [-1.731, 0.672, -0.340, -0.265, -1.132, -0.160]),
    (2, "china"): (PALACE, 6.878, [-0.254, 0.322, -1.193, -0.646, -0.282, 0.741]),
    (2, "flower"): (HONEYCOMB, 7.156, [-0.448, 0.345, -1.430, -0.699, -1.113, -0.094]),
}
"""Class, its logit and the first six of 1,000, by efficientnet_lite_pytorch 0.1.0 on PyTorch 2.13
with the same files, of scikit-learn's two photographs (middle square, area-scaled)."""
SIZES = {0: 224, 1: 240, 2: 260}


def photograph(name: str, size: int) -> np.ndarray:
    image = load_sample_images().images[("china", "flower").index(name)]
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_logits_are_the_published_ones(variant: int) -> None:
    import keras
    from keras import layers

    from inference_worker.training.networks import lite, weights

    image = keras.Input((SIZES[variant], SIZES[variant], 3))
    top = layers.GlobalAveragePooling2D()(lite.head(lite.backbone(image, variant)[32]))
    model = keras.Model(image, layers.Dense(1000, name="imagenet")(top))
    state = weights.load(model, variant)
    model.get_layer("imagenet").set_weights([state["_fc.weight"].T, state["_fc.bias"]])
    for name in ("china", "flower"):
        logits = np.asarray(model(photograph(name, SIZES[variant])[np.newaxis]))[0]
        expected, highest, first = REFERENCE[variant, name]
        assert int(logits.argmax()) == expected
        np.testing.assert_allclose(logits[:6], first, atol=5e-3)
        assert logits.max() == pytest.approx(highest, abs=5e-3)


def test_one_grey_channel_is_three_equal_ones() -> None:
    import keras

    from inference_worker.training.networks import lite, weights

    grey = photograph("china", 96).mean(axis=-1, keepdims=True)
    said = []
    for channels in (1, 3):
        image = keras.Input((96, 96, channels))
        model = keras.Model(image, lite.backbone(image, 0)[32])
        weights.load(model, 0)
        said.append(np.asarray(model(np.repeat(grey, channels, -1)[np.newaxis])))
    np.testing.assert_allclose(said[0], said[1], atol=2e-3)


def test_folded_weights_give_the_same_answer() -> None:
    import keras

    from inference_worker.training.architectures import build
    from inference_worker.training.forward import serving_model
    from inference_worker.training.networks.layers import ScaledConv
    from inference_worker.training.plain import plain

    keras.utils.set_random_seed(3)
    model = build("efficientnet_lite0", size=96, classes=2, pretrained=True)
    copy = plain(serving_model(model))
    assert not any(isinstance(layer, ScaledConv) for layer in copy.layers)
    x = photograph("flower", 96).mean(axis=-1)[np.newaxis, ..., np.newaxis]
    trained, served = model(x), copy(x)
    assert float(served["logit"][0, 0]) == pytest.approx(float(trained["logit"][0, 0]), abs=0.02)
    cells = 1 / (1 + np.exp(-np.asarray(trained["map"])[0, ..., 0]))
    np.testing.assert_allclose(np.asarray(served["map"])[0], cells, atol=0.01)
    assert served["features"].shape == (1, 1280)


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("this must never run",)


def test_a_pickle_that_wants_more_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from inference_worker.training.networks import weights

    path = tmp_path / "harmful.pth"
    path.write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(weights.WeightsError, match=r"builtins\.print"):
        weights.read_state(path)
    assert capsys.readouterr().out == ""


def test_files_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    from inference_worker.training.networks import weights

    whole = weights.find(0).read_bytes()
    path = tmp_path / "weights.pth"
    for broken in (b"", b"hello", pickle.dumps(1), whole[:5000], whole[: len(whole) // 2]):
        path.write_bytes(broken)
        with pytest.raises(weights.WeightsError):
            weights.read_state(path)
    with pytest.raises(weights.WeightsError):
        weights.read_state(tmp_path / "absent.pth")


def test_a_tensor_outside_its_storage_is_refused() -> None:
    from inference_worker.training.networks import weights

    storage = weights._Storage(np.dtype("<f4"), 10)
    assert weights._array(storage, 4, (2, 3), (3, 1)).shape == (2, 3)
    for offset, size, stride in ((5, (2, 3), (3, 1)), (0, (2,), (-1,)), (9, (4,), (1,))):
        with pytest.raises(weights.WeightsError, match="outside"):
            weights._array(storage, offset, size, stride)


def test_an_unpickler_needs_no_file() -> None:
    from inference_worker.training.networks import weights

    with pytest.raises(weights.WeightsError, match=r"posix\.system"):
        weights._Restricted(io.BytesIO(b"cposix\nsystem\n.")).load()
