"""LiteRT, TensorFlow's own small runtime: the engine of a CPU worker, without TensorFlow."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from inference_worker.bundle import Bundle
from inference_worker.classifier import Prediction
from inference_worker.engines.common import check_shapes, prediction, prepare_all

SIGNATURE = "serving_default"


class LiteRTClassifier:
    """model.tflite, one radiograph at a time."""

    engine = "litert"

    def __init__(self, bundle: Bundle, weights: Path, *, threads: int) -> None:
        self.bundle = bundle
        self._interpreter = Interpreter(model_path=str(weights), num_threads=threads)
        if SIGNATURE not in self._interpreter.get_signature_list():
            raise ValueError(f"it has no signature {SIGNATURE}, so its outputs have no names")
        self._run = self._interpreter.get_signature_runner(SIGNATURE)
        inputs = self._run.get_input_details()
        outputs = self._run.get_output_details()
        check_shapes(
            bundle,
            [detail["shape"].tolist() for detail in inputs.values()],
            {name: [int(side) for side in detail["shape"]] for name, detail in outputs.items()},
        )
        if any(detail["dtype"] != np.float32 for detail in [*inputs.values(), *outputs.values()]):
            raise ValueError("its input and outputs must be 32-bit floats")
        (self._input,) = inputs

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
