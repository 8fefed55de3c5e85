"""Figures of the order that scores put radiographs in, for all draws of a bootstrap at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference_worker.training.bootstrap import Bootstrap, divided

CHUNK = 250
"""Draws that are held as a matrix of radiographs at one time: 250 x 3,461 floats are 3.5 MB."""
SENSITIVITY = 0.92
"""Where the published yardstick states its specificity."""
NAMES = ("auc", "average_precision", "specificity_at_92")


def curves(
    scores: NDArray[np.float64], fractured: NDArray[np.bool_], weights: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sensitivity and false-alarm rate at every distinct score, from the highest down: (B, U) each.

    `weights` (B, N) say how often each radiograph counts. NaN where a class has no weight.
    """
    order = np.argsort(-scores, kind="stable")
    descending = scores[order]
    last_of_ties = np.flatnonzero(np.append(descending[1:] != descending[:-1], True))
    rates = []
    for among in (fractured, ~fractured):
        # Counts below 2**24 stay exact in 32 bits, and half the memory is twice the speed.
        called = np.cumsum(weights[:, order] * among[order], axis=1, dtype=np.float32)
        found = called[:, last_of_ties].astype(np.float64)
        rates.append(divided(found, found[:, -1:]))
    return rates[0], rates[1]


def ranking_draws(
    scores: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    bootstrap: Bootstrap,
    *,
    prevalence: float,
) -> dict[str, NDArray[np.float64]]:
    """AUC, average precision at the stated prevalence and specificity at sensitivity 0.92: each
    (1 + draws,)."""
    found: dict[str, list[NDArray[np.float64]]] = {name: [] for name in NAMES}
    for start in range(0, len(bootstrap.counts), CHUNK):
        weights = bootstrap.counts[start : start + CHUNK][:, bootstrap.index]
        sensitivity, alarms = curves(scores, fractured, weights)
        found["auc"].append(area(sensitivity, alarms))
        found["average_precision"].append(average_precision(sensitivity, alarms, prevalence))
        found["specificity_at_92"].append(specificity_at(sensitivity, alarms, SENSITIVITY))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def area(sensitivity: NDArray[np.float64], alarms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area under each ROC curve by the trapezoidal rule, so that ties count half."""
    zero = np.zeros((len(alarms), 1))
    across = np.diff(alarms, prepend=zero)
    before = np.concatenate([zero, sensitivity[:, :-1]], axis=1)
    return np.asarray((across * (sensitivity + before) / 2).sum(axis=1))


def precision_at(
    sensitivity: NDArray[np.float64], alarms: NDArray[np.float64], prevalence: float
) -> NDArray[np.float64]:
    """Share of fractured among those called fractured, were `prevalence` of all fractured (Bayes);
    NaN where nothing is called."""
    right = prevalence * sensitivity
    return divided(right, right + (1 - prevalence) * alarms)


def average_precision(
    sensitivity: NDArray[np.float64], alarms: NDArray[np.float64], prevalence: float
) -> NDArray[np.float64]:
    """Area under each precision-recall curve as a step function (scikit-learn's definition), with
    the classes weighted to `prevalence`."""
    steps = np.diff(sensitivity, prepend=np.zeros((len(sensitivity), 1)))
    precision = precision_at(sensitivity, alarms, prevalence)
    return np.asarray(np.where(steps == 0, 0, steps * precision).sum(axis=1))


def specificity_at(
    sensitivity: NDArray[np.float64], alarms: NDArray[np.float64], wanted: float
) -> NDArray[np.float64]:
    """The best specificity among the thresholds that reach the wanted sensitivity."""
    first = np.argmax(sensitivity >= wanted - 1e-9, axis=1)[:, np.newaxis]
    best = 1 - np.take_along_axis(alarms, first, axis=1)[:, 0]
    return np.asarray(np.where(np.isnan(sensitivity[:, -1]), np.nan, best))
