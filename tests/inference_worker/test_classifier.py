"""The engine of a CPU worker on the bundle that ships."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inference_worker.answer import answer
from inference_worker.bundle import BundleError, load_bundle
from inference_worker.classifier import (
    Classifier,
    load_classifier,
    reference_radiograph,
    warm_up,
)
from tests.inference_worker.samples import shipped, written_bundle

ALONE = """
import json, sys
from pathlib import Path
from inference_worker.answer import answer, heatmap_png
from inference_worker.bundle import load_bundle
from inference_worker.classifier import load_classifier, reference_radiograph, warm_up
before = "ai_edge_litert" in sys.modules
classifier = load_classifier(load_bundle(Path(sys.argv[1])))
warm_up(classifier)
prediction = classifier.classify([reference_radiograph()])[0]
answer(prediction, classifier.bundle), heatmap_png(prediction.map, width=373, height=454)
roots = {name.partition(".")[0] for name in sys.modules}
unwanted = {"tensorflow", "keras", "torch", "django", "celery", "sklearn", "matplotlib"}
print(json.dumps({"before": before, "litert": "ai_edge_litert" in roots,
    "unwanted": sorted(unwanted & roots)}))
"""


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier(load_bundle(shipped()))


def test_a_cpu_worker_has_litert_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(shipped())], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "before": False,
        "litert": True,
        "unwanted": [],
    }


@pytest.mark.parametrize("shape", [(454, 373), (373, 454), (2000, 700), (64, 64)])
def test_prediction_covers_the_whole_radiograph(
    classifier: Classifier, shape: tuple[int, int]
) -> None:
    prediction = classifier.classify([reference_radiograph(*shape)])[0]
    assert np.isfinite(prediction.logit)
    assert set(prediction.class_scores) == {"fracture"}
    assert 0 <= prediction.class_scores["fracture"] <= 1
    height, width = prediction.map.shape
    assert height / width == pytest.approx(shape[0] / shape[1], rel=0.03)
    assert prediction.map.dtype == np.float32
    assert prediction.map.min() >= 0
    assert prediction.map.max() <= 1
    assert set(prediction.timings_ms) == {"preprocessed", "inferred"}
    assert min(prediction.timings_ms.values()) > 0
    assert 0 <= answer(prediction, classifier.bundle).probability <= 1


def test_order_is_kept_and_nothing_is_remembered(classifier: Classifier) -> None:
    other = np.ascontiguousarray(reference_radiograph()[::2])
    pictures = [reference_radiograph(), other, reference_radiograph()]
    first, second, third = classifier.classify(pictures)
    assert first.logit == third.logit
    np.testing.assert_array_equal(first.map, third.map)
    assert first.logit != second.logit
    assert classifier.classify([]) == []


def test_warm_up_says_how_long_it_took(classifier: Classifier) -> None:
    assert 0 < warm_up(classifier) < 60_000


def test_more_threads_give_the_same_answer(classifier: Classifier) -> None:
    two = load_classifier(classifier.bundle, threads=2).classify([reference_radiograph()])[0]
    one = classifier.classify([reference_radiograph()])[0]
    assert two.logit == pytest.approx(one.logit, abs=1e-4)


def test_weights_that_are_none(tmp_path: Path) -> None:
    bundle = load_bundle(written_bundle(tmp_path / "drawn-2"))
    with pytest.raises(BundleError, match=r"model\.tflite in drawn-2 cannot be loaded"):
        load_classifier(bundle)
    with pytest.raises(BundleError, match="no engine"):
        load_classifier(bundle, engine="abacus")
