"""One canonical radiograph through one loaded model, for the queue and for the command line."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from inference_worker.answer import NO_FRACTURE_FOUND, Answer, answer, heatmap_png
from inference_worker.classifier import Classifier, Prediction
from inference_worker.manifest import ABSOLUTE, MapStyle
from inference_worker.marks import Mark, marks_of
from inference_worker.preprocessing import read_canonical


class UnreadableRadiograph(Exception):
    """The stored image cannot be decoded, now or at any other attempt."""


class NoUsableAnswer(Exception):
    """The model's numbers are not finite for this radiograph, now or at any other attempt."""


@dataclass(frozen=True)
class Assessment:
    """The answer, its overlay (PNG), its marks, and milliseconds: `decoded`, `preprocessed`,
    `inferred`."""

    answer: Answer
    heatmap: bytes
    marks: Sequence[Mark]
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
    style = classifier.bundle.map_style
    return Assessment(
        answer=said,
        heatmap=heatmap_png(prediction.map, width=width, height=height, style=style),
        marks=_marks(prediction, said, style, width=width, height=height),
        timings_ms={"decoded": decoded, **prediction.timings_ms},
    )


def _marks(
    prediction: Prediction, said: Answer, style: MapStyle, *, width: int, height: int
) -> list[Mark]:
    """Of a relative map every radiograph has a strongest place, whether or not it means anything;
    and where no fracture was found a box would say the opposite of the words beside it."""
    if style.kind != ABSOLUTE or said.level == NO_FRACTURE_FOUND:
        return []
    return marks_of(prediction.map, width=width, height=height, cut=style.mark)
