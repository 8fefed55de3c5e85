"""One canonical radiograph through one loaded model, for the queue and for the command line."""

import time
from dataclasses import dataclass

from inference_worker.answer import Answer, answer, heatmap_png
from inference_worker.classifier import Classifier
from inference_worker.preprocessing import read_canonical


class UnreadableRadiograph(Exception):
    """The stored image cannot be decoded, now or at any other attempt."""


class NoUsableAnswer(Exception):
    """The model's numbers are not finite for this radiograph, now or at any other attempt."""


@dataclass(frozen=True)
class Assessment:
    """The answer, its overlay (PNG), and milliseconds: `decoded`, `preprocessed`, `inferred`."""

    answer: Answer
    heatmap: bytes
    timings_ms: dict[str, float]


def assess(data: bytes, classifier: Classifier) -> Assessment:
    """Ask a model about a canonical radiograph, an 8-bit grey PNG.

    Raises UnreadableRadiograph or NoUsableAnswer.
    """
    started = time.perf_counter()
    try:
        canonical = read_canonical(data)
    except ValueError as error:
        raise UnreadableRadiograph(str(error)) from error
    decoded = (time.perf_counter() - started) * 1000
    prediction = classifier.classify([canonical])[0]
    height, width = canonical.shape
    try:
        said = answer(prediction, classifier.bundle)
    except ValueError as error:
        raise NoUsableAnswer(str(error)) from error
    return Assessment(
        answer=said,
        heatmap=heatmap_png(
            prediction.map, width=width, height=height, style=classifier.bundle.map_style
        ),
        timings_ms={"decoded": decoded, **prediction.timings_ms},
    )
