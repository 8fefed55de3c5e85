"""From logits to probabilities: Platt scaling, and how well it holds.

`calibrate` and `operating_points` serve a training with one tune part; `cross_fitted` and what
`platt` serve a cross-validation, whose thresholds `operating.py` finds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from inference_worker.bundle import Calibration, Thresholds
from inference_worker.training.metrics import weights_for

FEWEST = 20
"""With fewer images of a class a fitted line is noise: the logit is then taken as it is."""
SENSITIVITY = SPECIFICITY = 0.90
WIDEST = (0.05, 0.95)
NARROWEST = (0.45, 0.55)
"""The band between rule_out and rule_in always holds the decision point 0.5."""


def calibrate(
    logits: NDArray[np.float64],
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
    *,
    prevalence: float,
) -> Calibration:
    """Platt scaling (1999): a logistic regression of the label on the logit, weighted to the stated
    prevalence."""
    counts = [int((labels == label).sum()) for label in (0, 1)]
    if min(counts) < FEWEST:
        return Calibration(1.0, 0.0, prevalence)
    line = LogisticRegression(C=1e6).fit(logits[:, np.newaxis], labels, sample_weight=weights)
    slope, intercept = float(line.coef_[0, 0]), float(line.intercept_[0])
    # A model that ranks the wrong way round is not mended by turning it over.
    return (
        Calibration(slope, intercept, prevalence)
        if slope > 0
        else Calibration(1.0, 0.0, prevalence)
    )


def apply(calibration: Calibration, logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Calibrated probabilities of logits."""
    # exp(-log(1 + exp(-x))) is the sigmoid of x without overflow at either end.
    return np.asarray(
        np.exp(-np.logaddexp(0, -(calibration.slope * logits + calibration.intercept)))
    )


def operating_points(probabilities: NDArray[np.float64], labels: NDArray[np.float32]) -> Thresholds:
    """rule_out keeps 90 % of the fractured above it, rule_in 90 % of the others below it; 0.5 lies
    between them."""
    rule_out = float(np.quantile(probabilities[labels == 1], 1 - SENSITIVITY))
    rule_in = float(np.quantile(probabilities[labels == 0], SPECIFICITY))
    return Thresholds(
        rule_out=round(min(max(rule_out, WIDEST[0]), NARROWEST[0]), 3),
        rule_in=round(max(min(rule_in, WIDEST[1]), NARROWEST[1]), 3),
    )


def platt(
    logits: NDArray[np.float64], fractured: NDArray[np.bool_], *, prevalence: float
) -> Calibration:
    """The line that is served: through all out-of-fold logits, for the stated prevalence."""
    labels = fractured.astype(np.float32)
    if len(set(labels.tolist())) < 2:
        return Calibration(1.0, 0.0, prevalence)
    return calibrate(
        logits, labels, weights_for(labels, prevalence=prevalence), prevalence=prevalence
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
