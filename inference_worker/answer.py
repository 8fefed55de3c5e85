"""From what the network said to what a clinician reads: a calibrated probability, a level, an
overlay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle, Thresholds
from inference_worker.classifier import Prediction
from inference_worker.manifest import ABSOLUTE, MapStyle

FRACTURE = "fracture"
INCONCLUSIVE = "inconclusive"
NO_FRACTURE_FOUND = "no_fracture_found"

LONG_SIDE = 512
BLUR = 0.015
"""Of the longer side: a fine map is a spray of edges, and a reader looks for a place."""
STRONGEST_ALPHA = 190
RELATIVE_STYLE = MapStyle()
WEAK_COLOUR, STRONG_COLOUR = np.array([255, 205, 60]), np.array([225, 30, 40])


@dataclass(frozen=True)
class Answer:
    """The probability (0..1, for the prevalence stated in the bundle), its level, and what both
    were made from."""

    probability: float
    level: str
    logit: float
    class_scores: dict[str, float]
    thresholds: dict[str, float]


def answer(prediction: Prediction, bundle: Bundle) -> Answer:
    """Calibrate the logit (Platt 1999) and name the level. ValueError when any number of the
    prediction is not finite."""
    if not prediction.is_finite():
        raise ValueError("the model gave no finite answer")
    scaled = bundle.calibration.slope * prediction.logit + bundle.calibration.intercept
    probability = sigmoid(scaled)
    return Answer(
        probability=probability,
        level=level_of(probability, bundle.thresholds),
        logit=prediction.logit,
        class_scores=dict(prediction.class_scores),
        thresholds={
            "rule_out": bundle.thresholds.rule_out,
            "rule_in": bundle.thresholds.rule_in,
        },
    )


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow at either end."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def level_of(probability: float, thresholds: Thresholds) -> str:
    """Below rule_out no fracture found, above rule_in fracture, in between (both ends included)
    inconclusive."""
    if probability > thresholds.rule_in:
        return FRACTURE
    if probability < thresholds.rule_out:
        return NO_FRACTURE_FOUND
    return INCONCLUSIVE


def heatmap_png(
    map_: NDArray[np.float32], *, width: int, height: int, style: MapStyle = RELATIVE_STYLE
) -> bytes:
    """An RGBA overlay with the aspect of the radiograph (width x height pixels), longer side at
    most 512.

    Opacity and colour (yellow to red) grow with the map, which is (h, w) in 0..1 and covers the
    whole radiograph. An absolute map is drawn as it is: what lies below the style's limit stays
    invisible, wherever its peak is.
    """
    if width < 1 or height < 1 or map_.ndim != 2 or 0 in map_.shape:
        raise ValueError(f"no overlay of {width}x{height} from a map of shape {map_.shape}")
    scale = min(1.0, LONG_SIDE / max(width, height))
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    large = np.asarray(cv2.resize(map_, shape, interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    heat = np.clip(large if style.kind == ABSOLUTE else _smooth(large), 0, 1)
    span = style.full - style.faint
    strength = np.clip((heat - style.faint) / span, 0, 1)[..., np.newaxis]
    rgb = WEAK_COLOUR + (STRONG_COLOUR - WEAK_COLOUR) * strength
    rgba = np.concatenate([rgb, strength * STRONGEST_ALPHA], axis=-1).round().astype(np.uint8)
    written, png = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))
    if not written:
        raise ValueError("the overlay cannot be encoded")
    return png.tobytes()


def _smooth(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blur, and keep the peak as high as it was."""
    blurred = cv2.GaussianBlur(heat, (0, 0), BLUR * max(heat.shape), borderType=cv2.BORDER_REFLECT)
    peak = float(blurred.max())
    return np.asarray(blurred * (float(heat.max()) / peak if peak > 0 else 1.0), dtype=np.float32)
