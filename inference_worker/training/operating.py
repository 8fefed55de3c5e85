"""The two operating points: below which score a fracture is ruled out, above which one ruled in.

Each is the threshold that leaves least undecided while it keeps its promise on out-of-fold scores:
95 % in the figure itself, and 92 % at the lower end of its 95 % interval over groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Thresholds
from inference_worker.training.bootstrap import INTERVAL, Bootstrap

WANTED = 0.95
LOWER_BOUND = 0.92
DIGITS = 4
"""Significant digits of a threshold, counted from the nearer end of 0..1."""
EDGE = 1e-6


@dataclass(frozen=True)
class Points:
    """The thresholds that are served; `crossed` when each alone would have passed the other."""

    thresholds: Thresholds
    crossed: bool


def find(
    probabilities: NDArray[np.float64], fractured: NDArray[np.bool_], bootstrap: Bootstrap
) -> Points:
    """The operating points on calibrated out-of-fold probabilities; ValueError with one class only.

    A model so good that its rule_out lies above its rule_in gets the two swapped: both promises are
    then more than kept, and what lies between stays undecided instead of tipping over at one point.
    """
    if fractured.all() or not fractured.any():
        raise ValueError("Scores of one class alone give no operating points.")
    rule_out = _highest(probabilities, fractured, bootstrap)
    # Ruling in is ruling out with the classes and the scale turned round.
    rule_in = -_highest(-probabilities, ~fractured, bootstrap)
    low, high = min(rule_out, rule_in), max(rule_out, rule_in)
    low, high = _towards_zero(low), 1 - _towards_zero(1 - high)
    return Points(Thresholds(round(low, 9), round(high, 9)), crossed=rule_out > rule_in)


def _highest(scores: NDArray[np.float64], wanted: NDArray[np.bool_], bootstrap: Bootstrap) -> float:
    """The highest threshold that keeps enough of the wanted (N,) at or above it. The lowest score
    of a wanted one always does."""
    candidates = np.unique(scores[wanted])
    kept = scores[wanted, np.newaxis] >= candidates
    candidates = candidates[kept.mean(axis=0) >= WANTED - 1e-9]
    hits = scores[:, np.newaxis] >= candidates
    bounds = np.nanpercentile(bootstrap.shares(hits, wanted)[1:], INTERVAL[0], axis=0)
    keeping = candidates[bounds >= LOWER_BOUND - 1e-9]
    return float(keeping.max() if len(keeping) else candidates.min())


def _towards_zero(probability: float) -> float:
    """Cut after four significant digits, never up: a rounded threshold keeps what it promised."""
    held = max(probability, EDGE)
    step = 10.0 ** (int(np.floor(np.log10(held))) - DIGITS + 1)
    # One step further down where nothing was cut off, so that no score lies on the threshold.
    return max(float((np.ceil(held / step) - 1) * step), EDGE / 2)


Called = Callable[[NDArray[np.float64], Thresholds], NDArray[np.bool_]]

CALLED: dict[str, Called] = {
    "rule_out": lambda p, thresholds: p >= thresholds.rule_out,
    "rule_in": lambda p, thresholds: p > thresholds.rule_in,
    "plain": lambda p, _: p >= 0.5,
}
"""What each point calls suspicious, just as `answer.level_of` does: not ruled out, ruled in, and
the plain one half."""


def between(probabilities: NDArray[np.float64], thresholds: Thresholds) -> NDArray[np.bool_]:
    """Which radiographs (N,) are left inconclusive."""
    return np.asarray(
        CALLED["rule_out"](probabilities, thresholds)
        & ~CALLED["rule_in"](probabilities, thresholds)
    )
