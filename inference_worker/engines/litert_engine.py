"""LiteRT, TensorFlow's own small runtime: the engine of a CPU worker, without TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference_worker.bundle import OUTPUTS, Bundle
from inference_worker.classifier import Prediction
from inference_worker.engines.common import prediction, prepare_all


class LiteRTClassifier:
    """model.tflite, one radiograph at a time."""

    engine = "litert"

    def __init__(self, bundle: Bundle, weights: Path, *, threads: int) -> None:
        self.bundle = bundle
        self._interpreter = Interpreter(model_path=str(weights), num_threads=threads)
        signature = self._interpreter.get_signature_list()["serving_default"]
        if not set(OUTPUTS) <= set(signature["outputs"]):
            raise ValueError(f"its outputs are {sorted(signature['outputs'])}")
        self._input = signature["inputs"][0]
        self._run = self._interpreter.get_signature_runner("serving_default")

    def classify(self, canonicals: Sequence[NDArray[np.uint8]]) -> list[Prediction]:
        """See Classifier.classify."""
        predictions = []
        for canonical in canonicals:
            x, (placement,), prepared = prepare_all([canonical], self.bundle)
            started = time.perf_counter()
            outputs = self._run(**{self._input: x})
            inferred = (time.perf_counter() - started) * 1000
            timings = {"preprocessed": prepared, "inferred": inferred}
            predictions.append(prediction(outputs, 0, placement, self.bundle, timings))
        return predictions
