"""From logits to probabilities: Platt scaling, through all scores or across folds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from inference_worker.bundle import Calibration

FEWEST = 20
"""With fewer images of a class a fitted line is noise: the logit is then taken as it is."""


def platt(
    logits: NDArray[np.float64], fractured: NDArray[np.bool_], *, prevalence: float
) -> Calibration:
    """Platt scaling (1999), the line that is served: a logistic regression of "fractured" on the
    logit, weighted to the stated prevalence."""
    labels = fractured.astype(np.float32)
    if min(int(fractured.sum()), int((~fractured).sum())) < FEWEST:
        return Calibration(1.0, 0.0, prevalence)
    weights = weights_for(labels, prevalence=prevalence)
    line = LogisticRegression(C=1e6).fit(logits[:, np.newaxis], labels, sample_weight=weights)
    slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    # A model that ranks the wrong way round is not mended by turning it over.
    return (
        Calibration(slope, intercept, prevalence)
        if slope > 0
        else Calibration(1.0, 0.0, prevalence)
    )


def weights_for(labels: NDArray[Any], *, prevalence: float) -> NDArray[np.float32]:
    """A weight per image, mean 1, under which labels (N,) of 0 and 1 have the stated prevalence."""
    share = float(labels.mean())
    weights = np.where(labels == 1, prevalence / share, (1 - prevalence) / (1 - share))
    return weights.astype(np.float32)


def apply(calibration: Calibration, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calibrated probabilities of logits."""
    # exp(-log(1 + exp(-x))) is the sigmoid of x without overflow at either end.
    return np.asarray(
        np.exp(-np.logaddexp(0, -(calibration.slope * logits + calibration.intercept)))
    )


def cross_fitted(
    logits: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    folds: NDArray[np.int64],
    *,
    prevalence: float,
) -> NDArray[np.float64]:
    """Probabilities (N,) in which no radiograph helped to draw the line that it was put through:
    fitted on the other folds, applied to the one left out."""
    probabilities = np.empty(len(logits))
    for fold in np.unique(folds):
        inside = folds == fold
        others = inside if inside.all() else ~inside
        line = platt(logits[others], fractured[others], prevalence=prevalence)
        probabilities[inside] = apply(line, logits[inside])
    return probabilities
