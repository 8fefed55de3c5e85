"""What every engine does around its runtime."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle
from inference_worker.classifier import Prediction
from inference_worker.manifest import ABSOLUTE, FEATURES, OUTPUTS
from inference_worker.preprocessing import Placement, prepare

Shape = Sequence[int | None]


def outputs_of(bundle: Bundle) -> tuple[str, ...]:
    """The outputs that an engine reads: those that every bundle gives, and features where its
    manifest promises them."""
    return (*OUTPUTS, FEATURES) if FEATURES in bundle.manifest["outputs"] else OUTPUTS


def check_shapes(bundle: Bundle, inputs: Sequence[Shape], outputs: Mapping[str, Shape]) -> None:
    """ValueError unless the network takes one batch of (size, size, channels) and gives what the
    manifest promises; the first number of every shape is the batch."""
    if len(inputs) != 1:
        raise ValueError(f"it takes {len(inputs)} inputs, not one")
    wanted = (bundle.input_size, bundle.input_size, bundle.input_channels)
    if tuple(inputs[0][1:]) != wanted:
        raise ValueError(f"it takes {_shown(inputs[0])}, not radiographs of {_shown((1, *wanted))}")
    if missing := sorted(set(outputs_of(bundle)) - set(outputs)):
        raise ValueError(f"it has no output {missing[0]}; its outputs are {sorted(outputs)}")
    expected = {"logit": (1,), "class_scores": (len(bundle.class_names),)}
    for name, shape in expected.items():
        if tuple(outputs[name][1:]) != shape:
            raise ValueError(
                f"its {name} are {_shown(outputs[name])}, not {_shown((1, *shape))}, for "
                f"{', '.join(bundle.class_names)}"
            )
    for name, rank in (("map", 3), (FEATURES, 2)):
        if name in outputs_of(bundle) and len(outputs[name]) != rank:
            raise ValueError(f"its {name} is {_shown(outputs[name])}, not of {rank} dimensions")


def _shown(shape: Shape) -> str:
    """(1, 224, 224, 3) without its batch: 224 x 224 x 3."""
    return " x ".join(str(side or "any") for side in shape[1:]) or "a single number"


def prepare_all(
    canonicals: Sequence[NDArray[np.uint8]], bundle: Bundle
) -> tuple[NDArray[np.float32], list[Placement], float]:
    """The radiographs as one batch (N, size, size, channels), where they lie, and the milliseconds
    for each."""
    started = time.perf_counter()
    pairs = [
        prepare(
            canonical,
            size=bundle.input_size,
            channels=bundle.input_channels,
            version=bundle.preprocessing_version,
        )
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
    scores = outputs["class_scores"][row]
    return Prediction(
        logit=float(outputs["logit"][row].reshape(-1)[0]),
        class_scores={n: float(s) for n, s in zip(bundle.class_names, scores, strict=True)},
        map=_over_all(outputs["map"][row], placement, bundle),
        timings_ms=timings_ms,
        features=outputs[FEATURES][row].copy() if FEATURES in outputs_of(bundle) else None,
    )


def _over_all(
    square: NDArray[np.float32], placement: Placement, bundle: Bundle
) -> NDArray[np.float32]:
    """The map over the whole radiograph: as it is, or scaled to its peak there, for a network looks
    at the black around the radiograph too."""
    size = (placement.size, placement.size)
    large = cv2.resize(square, size, interpolation=cv2.INTER_LINEAR)
    map_ = np.clip(placement.whole(large.astype(np.float32, copy=False)), 0, 1)
    if bundle.map_style.kind == ABSOLUTE:
        return map_
    return map_ / np.float32(max(float(map_.max()), 1e-6))
