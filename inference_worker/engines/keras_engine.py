"""model.keras on Keras: the engine of a GPU worker, which analyses in batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle
from inference_worker.classifier import Prediction
from inference_worker.engines.common import check_shapes, outputs_of, prediction, prepare_all
from inference_worker.training.conversion.archive import harmless_copy

BATCHES = (1, 4, 16)
"""A runtime compiles anew for every shape that it meets: so it meets these alone."""


class KerasClassifier:
    """model.keras, the radiographs of a call in batches filled up with zeros."""

    engine = "keras"

    def __init__(self, bundle: Bundle, weights: Path) -> None:
        self.bundle = bundle
        # Code smuggled into a model file is refused twice: by our own look at it, and by Keras.
        with TemporaryDirectory(prefix="keras-engine-") as folder:
            copy = harmless_copy(weights, Path(folder))
            self._model = keras.saving.load_model(copy, compile=False, safe_mode=True)
        outputs = self._model.output
        if not isinstance(outputs, dict):
            raise ValueError("its outputs have no names")  # noqa: TRY004  (the file's fault)
        check_shapes(
            bundle,
            [tensor.shape for tensor in self._model.inputs],
            {name: tensor.shape for name, tensor in outputs.items()},
        )

    def classify(self, canonicals: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
        """See Classifier.classify; every prediction carries its share of its batch's time."""
        return [each for part in parts(canonicals) for each in self._classify(part)]

    def _classify(self, canonicals: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
        """At most the largest batch."""
        batch, placements, prepared = prepare_all(canonicals, self.bundle)
        started = time.perf_counter()
        # Unlike `predict`, this costs no more than the compiled function itself.
        outputs = self._model.predict_on_batch(filled_up(batch))
        arrays = {
            name: np.asarray(outputs[name], dtype=np.float32) for name in outputs_of(self.bundle)
        }
        each = (time.perf_counter() - started) * 1000 / len(batch)
        return [
            prediction(
                arrays, row, placement, self.bundle, {"preprocessed": prepared, "inferred": each}
            )
            for row, placement in enumerate(placements)
        ]


def parts(
    canonicals: Sequence[NDArray[np.uint8]],
) -> Iterator[Sequence[NDArray[np.uint8]]]:
    """Cut into what one batch can hold."""
    for start in range(0, len(canonicals), BATCHES[-1]):
        yield canonicals[start : start + BATCHES[-1]]


def filled_up(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, ...) with zeros behind it, up to the next of BATCHES."""
    size = next(size for size in BATCHES if size >= len(batch))
    return np.pad(batch, [(0, size - len(batch)), *[(0, 0)] * (batch.ndim - 1)])
