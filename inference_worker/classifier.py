"""What a model is to the rest of the platform: radiographs in, predictions out, whichever engine
runs it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle, BundleError


@dataclass(frozen=True)
class Prediction:
    """What the network said about one radiograph, before calibration.

    `logit` is of "fractured"; `class_scores` are the network's own, uncalibrated, 0..1, one for
    each of the bundle's class names (of several, the normal one's is what the logit leaves); `map`
    (h, w) in 0..1 covers the whole canonical radiograph at a lower resolution, and the bundle's
    `map_style` says what its numbers mean; `timings_ms` has `preprocessed` and `inferred`;
    `features` (F,) is the pooled embedding of a bundle that gives one.
    """

    logit: float
    class_scores: dict[str, float]
    map: NDArray[np.float32]
    timings_ms: dict[str, float]
    features: NDArray[np.float32] | None = None

    def is_finite(self) -> bool:
        """Whether every number is one; no answer is made from anything else."""
        numbers = [self.logit, *self.class_scores.values()]
        return bool(np.isfinite(numbers).all() and np.isfinite(self.map).all())


class Classifier(Protocol):
    """A loaded model. Not made for several threads at once."""

    bundle: Bundle
    engine: str

    def classify(self, canonicals: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
        """Analyse canonical radiographs, each (H, W) of uint8; one prediction each, in order."""
        ...


def load_classifier(bundle: Bundle, *, threads: int = 1, engine: str = "litert") -> Classifier:
    """Load the weights of a verified bundle: `litert` on a CPU, `keras` where TensorFlow (and a
    GPU) is installed."""
    weights = bundle.weights(engine)
    try:
        # Imported here, so that a process has only the runtime that it runs.
        if engine == "keras":
            from inference_worker.engines.keras_engine import KerasClassifier

            return KerasClassifier(bundle, weights)
        from inference_worker.engines.litert_engine import LiteRTClassifier

        return LiteRTClassifier(bundle, weights, threads=threads)
    except ImportError as error:
        raise BundleError(f"The engine {engine} is not installed here: {error}.") from error
    # Whatever a runtime makes of a damaged or foreign file, it must not end the worker.
    except Exception as error:
        raise BundleError(
            f"{weights.name} in {bundle.path.name} cannot be loaded: {in_one_line(error)}; "
            "export or copy the bundle again."
        ) from error


def warm_up(classifier: Classifier) -> float:
    """Run once on a generated radiograph, so that the first patient does not wait for it;
    milliseconds it took."""
    started = time.perf_counter()
    name = classifier.bundle.path.name
    try:
        prediction = classifier.classify([reference_radiograph()])[0]
    except Exception as error:
        raise BundleError(f"{name} cannot be run: {in_one_line(error)}.") from error
    if not prediction.is_finite():
        raise BundleError(f"{name} gives no finite answer: its weights are damaged.")
    return (time.perf_counter() - started) * 1000


def in_one_line(error: Exception) -> str:
    """The first line of what a runtime says, which may be pages long."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".:")


def reference_radiograph(height: int = 454, width: int = 373) -> NDArray[np.uint8]:
    """A drawn grey shaft on a dark ground, the same on every machine: for warming up and for trying
    a model out."""
    rows, columns = np.mgrid[0:height, 0:width]
    across = np.abs(columns - width / 2 - (rows - height / 2) * 0.1) / width
    shaft = np.clip(1.2 - across * 6, 0, 1) * 170 + np.clip(1 - across * 2.5, 0, 1) * 60
    return np.clip(shaft + 12, 0, 255).astype(np.uint8)
