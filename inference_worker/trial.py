"""Run a bundle on reference radiographs before anything is registered:
`python -m inference_worker.trial FOLDER ENGINE`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle, BundleError, load_bundle
from inference_worker.classifier import (
    Classifier,
    Prediction,
    in_one_line,
    load_classifier,
    reference_radiograph,
)
from inference_worker.guarded import refuse, run_module

SECONDS = 300


def try_out(bundle: Bundle, *, engine: str) -> None:
    """Load and run the bundle in a process of its own; BundleError when it is not fit for use."""
    run_module(
        "inference_worker.trial", str(bundle.path), engine, about=bundle.path.name, seconds=SECONDS
    )


def references() -> list[NDArray[np.uint8]]:
    """Drawn radiographs that no working model takes for the same: a shaft, the same one dark on
    light, across, and nothing but noise."""
    shaft = reference_radiograph()
    noise = np.random.default_rng(7).integers(0, 256, (300, 240), dtype=np.uint8)
    return [shaft, np.asarray(255 - shaft, np.uint8), np.ascontiguousarray(shaft.T), noise]


def tried(classifier: Classifier) -> list[Prediction]:
    """Its answers to the reference radiographs. BundleError when one is not finite or no
    probability, or when all are the same."""
    name = classifier.bundle.path.name
    try:
        predictions = classifier.classify(references())
    except Exception as error:
        raise BundleError(f"{name} cannot be run: {in_one_line(error)}.") from error
    if not all(prediction.is_finite() for prediction in predictions):
        raise BundleError(
            f"{name} answers with numbers that are none (NaN or infinite): "
            "its weights are damaged; export it again from a training that converged."
        )
    scores = [score for each in predictions for score in each.class_scores.values()]
    if min(scores) < 0 or max(scores) > 1:
        raise BundleError(f"{name} gives class scores outside 0 to 1: export probabilities.")
    if len({prediction.logit for prediction in predictions}) == 1:
        raise BundleError(
            f"{name} gives the same answer for every image: it has learnt nothing, or takes "
            "another range of input."
        )
    return predictions


def main(arguments: list[str]) -> int:
    folder, engine = arguments
    try:
        tried(load_classifier(load_bundle(Path(folder)), engine=engine))
    except BundleError as error:
        return refuse(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
