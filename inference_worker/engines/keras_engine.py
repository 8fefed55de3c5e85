"""model.keras on Keras and TensorFlow: the engine of a GPU worker, which analyses in batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import OUTPUTS, Bundle
from inference_worker.classifier import Prediction
from inference_worker.engines.common import prediction, prepare_all


class KerasClassifier:
    """model.keras, all radiographs of a call as one batch."""

    engine = "keras"

    def __init__(self, bundle: Bundle, weights: Path) -> None:
        self.bundle = bundle
        # safe_mode refuses code smuggled into a model file.
        self._model = keras.saving.load_model(weights, compile=False, safe_mode=True)

    def classify(self, canonicals: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
        """See Classifier.classify; every prediction carries its share of the batch's time."""
        if not canonicals:
            return []
        batch, placements, prepared = prepare_all(canonicals, self.bundle)
        started = time.perf_counter()
        outputs = self._model.predict_on_batch(batch)
        each = (time.perf_counter() - started) * 1000 / len(batch)
        arrays = {name: np.asarray(outputs[name], dtype=np.float32) for name in OUTPUTS}
        return [
            prediction(
                arrays, row, placement, self.bundle, {"preprocessed": prepared, "inferred": each}
            )
            for row, placement in enumerate(placements)
        ]
