"""What each output is taught, on logits; keras.ops only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from inference_worker.training.learning.plan import Plan
from inference_worker.training.networks.fracture_head import CLASSES, LOGIT, MAP, POOLED

BESIDE = 8.0
"""Cells that count with those of a batch on fractures: a batch without any has a loss too."""

Loss = Callable[[Any, Any], Any]


def losses(plan: Plan, outputs: list[str]) -> tuple[dict[str, Any], dict[str, float]]:
    """The loss of each output, and what it counts."""
    answer = smoothed(plan.smoothing)
    every: dict[str, tuple[Any, float]] = {
        LOGIT: (answer, 1.0),
        POOLED: (answer, plan.pooled_weight),
        MAP: (cells, plan.map_weight),
        CLASSES: (keras.losses.SparseCategoricalCrossentropy(from_logits=True), 1.0),
    }
    return (
        {name: every[name][0] for name in outputs},
        {name: every[name][1] for name in outputs},
    )


def smoothed(smoothing: float) -> Loss:
    """Binary cross-entropy with the label moved towards a half by `smoothing`: (N, 1)."""

    def loss(label: Any, logit: Any) -> Any:
        soft = label * (1 - smoothing) + smoothing / 2
        return ops.mean(ops.softplus(logit) - soft * logit)

    return loss


def cells(share: Any, logit: Any) -> Any:
    """Focal cross-entropy over cells (N, h, w, 1), by the number of cells on fractures; a share
    below 0 is not known and counts nothing.

    After Lin et al. 2017 with gamma 1 on fractures and 2 elsewhere: most cells are easy.
    """
    known = ops.cast(share >= 0, "float32")
    share = ops.maximum(share, 0.0)
    said = ops.sigmoid(logit)
    error = ops.softplus(logit) - share * logit
    weight = ops.where(share > 0, ops.abs(share - said), ops.square(said))
    return ops.sum(known * weight * error) / (ops.sum(share) + BESIDE)
