"""Both engines on the same bundles: the same numbers, batches of any length, any kind of bundle."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference_worker.answer import answer
from inference_worker.bundle import BundleError, load_bundle
from inference_worker.classifier import Classifier, load_classifier, reference_radiograph, warm_up
from inference_worker.training.decode import decode
from tests.inference_worker.samples import patterned, shipped

pytestmark = pytest.mark.xdist_group("tensorflow")
Made = Callable[..., dict[str, Classifier]]
FRACATLAS = Path(os.environ.get("FRACATLAS_DIR", "../shared/data/fracatlas")) / "images"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Write a drawn network as a bundle, and load it on both engines."""
    from tests.inference_worker.drawn_networks import drawn_bundle, network

    def make(classes: int = 1, **changes: Any) -> dict[str, Classifier]:
        folder = tmp_path_factory.mktemp("drawn")
        bundle = load_bundle(drawn_bundle(folder, network(classes=classes), **changes))
        return {name: load_classifier(bundle, engine=name) for name in ("litert", "keras")}

    return make


@pytest.fixture(scope="module")
def absolute(made: Made) -> dict[str, Classifier]:
    return made()


def radiographs(count: int) -> list[NDArray[np.uint8]]:
    """Real ones where they are, evenly over the set; drawn ones of many shapes elsewhere."""
    paths = sorted(FRACATLAS.glob("*/*.jpg"))
    if paths:
        return [decode(path) for path in paths[:: len(paths) // count][:count]]
    shaft = [reference_radiograph(300 + 3 * n, 500 - 2 * n) for n in range(count // 2)]
    return shaft + [patterned(200 + n, 450 - 2 * n) for n in range(count - len(shaft))]


def test_both_engines_say_the_same_of_two_hundred_radiographs() -> None:
    pictures = radiographs(200)
    bundle = load_bundle(shipped())
    first = load_classifier(bundle).classify(pictures)
    second = load_classifier(bundle, engine="keras").classify(pictures)
    assert len(first) == len(second) == 200
    for one, other in zip(first, second, strict=True):
        assert one.class_scores == pytest.approx(other.class_scores, abs=1e-3)
        # A score moves by a quarter of its logit at most.
        assert one.logit == pytest.approx(other.logit, abs=2e-3)
        np.testing.assert_allclose(one.map, other.map, atol=1e-3)
    assert len({round(one.logit, 3) for one in first}) > 100


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 16, 17])
def test_what_fills_a_batch_up_is_not_seen(absolute: dict[str, Classifier], count: int) -> None:
    pictures = radiographs(20)[:count]
    alone = [absolute["keras"].classify([picture])[0] for picture in pictures]
    together = absolute["keras"].classify(pictures)
    assert len(together) == count
    for one, other in zip(alone, together, strict=True):
        assert one.logit == pytest.approx(other.logit, abs=1e-5)
        np.testing.assert_allclose(one.map, other.map, atol=1e-5)
        assert set(other.timings_ms) == {"preprocessed", "inferred"}


def test_only_a_few_shapes_are_ever_compiled(
    absolute: dict[str, Classifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier: Any = absolute["keras"]
    run, seen = classifier._model.predict_on_batch, []

    def noted(batch: NDArray[np.float32]) -> Any:
        seen.append(len(batch))
        return run(batch)

    monkeypatch.setattr(classifier._model, "predict_on_batch", noted)
    for count in (1, 2, 3, 7, 16, 21):
        classifier.classify([reference_radiograph()] * count)
    assert seen == [1, 4, 4, 16, 16, 16, 16]


def test_a_probability_map_is_not_scaled_to_its_peak(
    made: Made, absolute: dict[str, Classifier]
) -> None:
    relative = made(map={"kind": "grad_cam"})
    picture = patterned(300, 200)
    for engine, classifier in absolute.items():
        plain, scaled = (each.classify([picture])[0].map for each in (classifier, relative[engine]))
        assert scaled.max() == pytest.approx(1)
        assert 0.01 < plain.max() < 0.99
        np.testing.assert_allclose(plain / plain.max(), scaled, atol=1e-5)


def test_features_come_where_the_bundle_promises_them(
    made: Made, absolute: dict[str, Classifier]
) -> None:
    first, second = (each.classify([patterned(90, 70)])[0].features for each in absolute.values())
    assert first is not None
    assert second is not None
    assert first.shape == (8,)
    np.testing.assert_allclose(first, second, atol=1e-5)
    for classifier in made(outputs=["logit", "class_scores", "map"]).values():
        assert classifier.classify([patterned(90, 70)])[0].features is None


def test_several_classes_from_network_to_answer(made: Made) -> None:
    names = ["no_fracture", "wrist", "ankle"]
    said = {}
    for engine, classifier in made(3, class_names=names, normal_class="no_fracture").items():
        prediction = classifier.classify([patterned(120, 80)])[0]
        given = answer(prediction, classifier.bundle)
        assert list(given.class_scores) == names
        assert sum(given.class_scores.values()) == pytest.approx(1, abs=1e-5)
        share = given.class_scores["no_fracture"]
        assert given.logit == pytest.approx(math.log((1 - share) / share), abs=1e-3)
        said[engine] = given
    assert said["litert"].class_scores == pytest.approx(said["keras"].class_scores, abs=1e-5)


@pytest.mark.parametrize("engine", ["litert", "keras"])
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"input": {"size": 32, "channels": 1}}, "64 x 64 x 1, not radiographs of 32 x 32 x 1"),
        ({"input": {"size": 64, "channels": 3}}, "not radiographs of 64 x 64 x 3"),
        (
            {"class_names": ["a", "b"], "normal_class": "a"},
            "class_scores are 1, not 2, for a, b",
        ),
    ],
)
def test_a_network_that_does_not_fit_its_manifest(
    made: Made, engine: str, changes: dict[str, Any], sentence: str
) -> None:
    from tests.inference_worker.drawn_networks import drawn_bundle, network

    bundle = made()[engine].bundle
    drawn_bundle(bundle.path, network(), **changes)
    with pytest.raises(BundleError, match=sentence) as caught:
        load_classifier(load_bundle(bundle.path), engine=engine)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_map_covers_the_whole_radiograph(made: Made, version: str) -> None:
    """Also where margins are trimmed before the network sees it."""
    picture = np.zeros((300, 200), np.uint8)
    picture[100:250, 20:180] = patterned(150, 160)
    for classifier in made(preprocessing_version=version).values():
        height, width = classifier.classify([picture])[0].map.shape
        assert height / width == pytest.approx(1.5, rel=0.05)


@pytest.mark.parametrize("engine", ["litert", "keras"])
def test_numbers_that_are_none(tmp_path: Path, engine: str) -> None:
    from tests.inference_worker.drawn_networks import drawn_bundle, network

    model = network()
    model.get_layer("scores").bias.assign([math.nan])
    classifier = load_classifier(load_bundle(drawn_bundle(tmp_path, model)), engine=engine)
    with pytest.raises(BundleError, match="no finite answer"):
        warm_up(classifier)


def test_the_training_layers_are_not_needed_to_load(absolute: dict[str, Classifier]) -> None:
    """A bundle is in Keras's own layers: it loads where our training code does not lie."""
    model: Any = absolute["keras"]
    kinds = {type(layer).__module__.partition(".")[0] for layer in model._model.layers}
    assert kinds == {"keras"}


def test_code_in_a_bundle_is_refused_too(made: Made) -> None:
    """Whoever wrote its hashes may have written more."""
    from inference_worker.training.export import write_manifest
    from tests.inference_worker.strangers import with_lambda

    bundle = made()["keras"].bundle
    with_lambda(bundle.path / "model.keras")
    write_manifest(bundle.path, bundle.manifest)
    with pytest.raises(BundleError, match="holds the Lambda layer"):
        load_classifier(load_bundle(bundle.path), engine="keras")


def test_only_grey_radiographs_are_taken(absolute: dict[str, Classifier]) -> None:
    for classifier in absolute.values():
        with pytest.raises(ValueError, match="uint8"):
            classifier.classify([np.zeros((8, 8, 3), np.uint8)])
