"""What every engine does around its runtime."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle
from inference_worker.classifier import Prediction
from inference_worker.preprocessing import Placement, prepare


def prepare_all(
    canonicals: Sequence[NDArray[np.uint8]], bundle: Bundle
) -> tuple[NDArray[np.float32], list[Placement], float]:
    """The radiographs as one batch (N, size, size, channels), where they lie, and the milliseconds
    for each."""
    started = time.perf_counter()
    pairs = [
        prepare(canonical, size=bundle.input_size, channels=bundle.input_channels)
        for canonical in canonicals
    ]
    elapsed = (time.perf_counter() - started) * 1000 / max(1, len(pairs))
    return np.stack([x for x, _ in pairs]), [placement for _, placement in pairs], elapsed


def prediction(
    outputs: Mapping[str, NDArray[np.float32]],
    row: int,
    placement: Placement,
    bundle: Bundle,
    timings_ms: dict[str, float],
) -> Prediction:
    """Row `row` of the network's outputs as a prediction, its map cut to the radiograph."""
    size = (placement.size, placement.size)
    whole = cv2.resize(outputs["map"][row], size, interpolation=cv2.INTER_LINEAR)
    inside = np.clip(placement.crop(whole.astype(np.float32, copy=False)), 0, 1)
    # A network looks at the black around the radiograph too; the map is scaled to its peak inside.
    peak = max(float(inside.max()), 1e-6)
    scores = outputs["class_scores"][row]
    return Prediction(
        logit=float(outputs["logit"][row].reshape(-1)[0]),
        class_scores={n: float(s) for n, s in zip(bundle.class_names, scores, strict=True)},
        map=inside / np.float32(peak),
        timings_ms=timings_ms,
    )
