"""A stranger's classifier as a bundle: the same scores, a true Grad-CAM, or a refusal in a line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference_worker.bundle import Bundle, BundleError, load_bundle
from inference_worker.classifier import load_classifier
from inference_worker.converting import Wish
from inference_worker.preprocessing import prepare
from inference_worker.training.conversion.refusal import RefusedError
from inference_worker.trial import references

pytestmark = pytest.mark.xdist_group("tensorflow")
TWO = ("no_fracture", "fracture")


def wish(names: tuple[str, ...] = TWO, normal: str = "no_fracture", **changes: Any) -> Wish:
    return Wish("theirs", "1", names, normal, **changes)


def converted(model: Any, path: Path, asked: Wish) -> Bundle:
    from inference_worker.training.conversion.__main__ import convert
    from tests.inference_worker.strangers import saved

    convert(saved(model, path), path.parent / "theirs-1", asked)
    return load_bundle(path.parent / "theirs-1")


def inputs(bundle: Bundle, low: float, high: float) -> NDArray[np.float32]:
    """The reference radiographs as the stranger's model takes them."""
    size, channels = bundle.input_size, bundle.input_channels
    batch = [prepare(r, size=size, channels=channels, version="1")[0] for r in references()]
    return np.stack(batch) * (high - low) + low


def scores(bundle: Bundle, engine: str = "litert") -> NDArray[np.float64]:
    predictions = load_classifier(bundle, engine=engine).classify(references())
    return np.array([list(each.class_scores.values()) for each in predictions])


def test_one_output_in_another_range_of_input(tmp_path: Path) -> None:
    from tests.inference_worker.strangers import averaging

    model = averaging()
    bundle = converted(model, tmp_path / "m.keras", wish(input_range=(-1.0, 1.0)))
    assert (bundle.class_names, bundle.demonstration) == (("fracture",), True)
    assert (
        bundle.manifest["notes"][0] == "Not calibrated and not measured here: demonstration only."
    )
    expected = model.predict_on_batch(inputs(bundle, -1, 1))
    for engine in ("litert", "keras"):
        np.testing.assert_allclose(scores(bundle, engine), expected, atol=1e-4)


def test_normal_last_and_a_size_that_the_file_leaves_open(tmp_path: Path) -> None:
    from tests.inference_worker.strangers import averaging

    model = averaging(classes=2, side=None)
    asked = wish(("fracture", "no_fracture"), input_size=40)
    bundle = converted(model, tmp_path / "m.h5", asked)
    assert (bundle.input_size, bundle.class_names) == (40, ("fracture",))
    expected = model.predict_on_batch(inputs(bundle, 0, 1))[:, :1]
    np.testing.assert_allclose(scores(bundle), expected, atol=1e-4)


def test_three_classes_from_logits_the_normal_one_between(tmp_path: Path) -> None:
    from tests.inference_worker.strangers import flattening

    model = flattening()
    bundle = converted(model, tmp_path / "m.keras", wish(("wrist", "no_fracture", "hip")))
    assert bundle.class_names == ("no_fracture", "wrist", "hip")
    assert bundle.normal_class == "no_fracture"
    raised = np.exp(model.predict_on_batch(inputs(bundle, 0, 1)))
    expected = (raised / raised.sum(axis=1, keepdims=True))[:, [1, 0, 2]]
    np.testing.assert_allclose(scores(bundle), expected, atol=1e-4)
    for each, share in zip(
        load_classifier(bundle).classify(references()), expected[:, 0], strict=True
    ):
        assert each.logit == pytest.approx(np.log((1 - share) / share), abs=1e-3)


def test_an_unusual_end_gives_scores_and_no_map(tmp_path: Path) -> None:
    from tests.inference_worker.strangers import unusual

    model = unusual()
    bundle = converted(model, tmp_path / "m.keras", wish())
    np.testing.assert_allclose(
        scores(bundle), model.predict_on_batch(inputs(bundle, 0, 1))[:, 1:], atol=1e-4
    )
    assert "Its outputs were taken for probabilities." in bundle.manifest["notes"]
    assert any("shows none" in note for note in bundle.manifest["notes"])
    assert load_classifier(bundle).classify(references())[0].map.max() == 0


@pytest.mark.parametrize(("kind", "classes"), [("averaging", 3), ("flattening", 3)])
def test_the_map_is_what_gradients_give(kind: str, classes: int) -> None:
    """Against Grad-CAM by automatic differentiation, for several classes."""
    import keras
    import tensorflow as tf

    from inference_worker.training.conversion.head import find
    from inference_worker.training.conversion.serving import serving_model
    from tests.inference_worker import strangers

    model = getattr(strangers, kind)(classes=classes)
    head = find(model)
    assert head is not None
    asked = wish(("no_fracture", "wrist", "hip"))
    serving = serving_model(model, asked, name="m")
    images = np.random.default_rng(1).random((3, 32, 32, serving.channels), np.float32)
    found = np.asarray(serving.model(images)["map"])
    features = keras.Model(model.inputs, head.features)(images)
    behind = keras.Model(head.features, head.entry)
    with tf.GradientTape() as tape:
        tape.watch(features)
        logits = behind(features) @ head.last.kernel + head.last.bias
        logit = tf.reduce_logsumexp(logits[:, 1:], axis=-1) - logits[:, 0]
    weights = tf.reduce_mean(tape.gradient(logit, features), axis=(1, 2), keepdims=True)
    heat = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1)).numpy()
    assert heat.max() > 0
    expected = heat / np.maximum(heat.max(axis=(1, 2), keepdims=True), 1e-7)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def volume() -> Any:
    from keras import Input, Model, layers

    image = Input((8, 32, 32, 1))
    return Model(image, layers.Dense(1)(layers.Flatten()(image)))


def pair() -> Any:
    from keras import Input, Model, layers

    first, second = Input((32, 32, 1)), Input((32, 32, 1))
    return Model([first, second], layers.Dense(1)(layers.Flatten()(layers.Add()([first, second]))))


def oblong() -> Any:
    from keras import Input, Model, layers

    image = Input((32, 48, 1))
    return Model(image, layers.Dense(1)(layers.Flatten()(image)))


def segmenting() -> Any:
    from keras import Input, Model, layers

    image = Input((32, 32, 1))
    return Model(image, layers.Conv2D(2, 1)(image))


def usual(**changes: Any) -> Callable[[], Any]:
    def make() -> Any:
        from tests.inference_worker.strangers import averaging

        return averaging(**changes)

    return make


@pytest.mark.parametrize(
    ("make", "asked", "sentence"),
    [
        (volume, wish(), r"shape \(None, 8, 32, 32, 1\); radiographs are"),
        (pair, wish(), "takes 2 inputs"),
        (oblong, wish(), "must be square"),
        (segmenting, wish(), "does not fit the 2 class name"),
        (usual(classes=3), wish(), "does not fit the 2 class name"),
        (usual(), wish(("no_fracture", "wrist", "hip")), "does not fit the 3 class name"),
        (usual(side=None), wish(), "name one with --input-size"),
        (usual(), wish(input_size=64), "32 pixels a side, not 64"),
    ],
)
def test_what_does_not_fit_is_refused(make: Callable[[], Any], asked: Wish, sentence: str) -> None:
    from inference_worker.training.conversion.serving import serving_model

    with pytest.raises(RefusedError, match=sentence) as caught:
        serving_model(make(), asked, name="m.keras")
    assert str(caught.value).startswith("m.keras")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("bias", "kernel", "sentence"),
    [(np.nan, 1.0, "numbers that are none"), (0.5, 0.0, "the same answer for every image")],
)
def test_answers_of_no_use_are_refused(
    tmp_path: Path, bias: float, kernel: float, sentence: str
) -> None:
    from tests.inference_worker.strangers import averaging

    model = averaging()
    model.layers[-1].set_weights([np.full((6, 1), kernel), np.array([bias])])
    with pytest.raises((RefusedError, BundleError), match=sentence):
        converted(model, tmp_path / "m.keras", wish())
