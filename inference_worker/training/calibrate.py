"""From logits to probabilities and operating points, on the tune fold alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from inference_worker.bundle import Calibration, Thresholds

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
    return np.asarray(1 / (1 + np.exp(-(calibration.slope * logits + calibration.intercept))))


def operating_points(probabilities: NDArray[np.float64], labels: NDArray[np.float32]) -> Thresholds:
    """rule_out keeps 90 % of the fractured above it, rule_in 90 % of the others below it; 0.5 lies
    between them."""
    rule_out = float(np.quantile(probabilities[labels == 1], 1 - SENSITIVITY))
    rule_in = float(np.quantile(probabilities[labels == 0], SPECIFICITY))
    return Thresholds(
        rule_out=round(min(max(rule_out, WIDEST[0]), NARROWEST[0]), 3),
        rule_in=round(max(min(rule_in, WIDEST[1]), NARROWEST[1]), 3),
    )
