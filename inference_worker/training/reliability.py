"""How far probabilities can be taken at their word, on radiographs that did not fit the line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Calibration
from inference_worker.training import calibrate
from inference_worker.training.bootstrap import Bootstrap, measured, rounded
from inference_worker.training.levels import share_of

BINS = 10
NARROW = 1e-9


def reliability(
    logits: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    folds: NDArray[np.int64],
    bootstrap: Bootstrap,
    *,
    prevalence: float,
) -> dict[str, Any]:
    """Brier score, expected calibration error and the bins it is made of, from cross-fitted
    probabilities at the stated prevalence; the served line; and the line that would still mend the
    cross-fitted ones (slope 1, intercept 0 when nothing is left to mend)."""
    said = calibrate.cross_fitted(logits, fractured, folds, prevalence=prevalence)
    weights = class_weights(fractured, prevalence)
    bins = _bins(said, fractured, bootstrap, prevalence)
    served = calibrate.platt(logits, fractured, prevalence=prevalence)
    again = calibrate.platt(_log_odds(said), fractured, prevalence=prevalence)
    return {
        "prevalence": prevalence,
        "cross_fitted": len(np.unique(folds)) > 1,
        "slope": rounded(served.slope),
        "intercept": rounded(served.intercept),
        "slope_left": rounded(again.slope),
        "intercept_left": rounded(again.intercept),
        "brier": measured(brier(said, fractured, bootstrap, prevalence)),
        "brier_of_prevalence": rounded(prevalence * (1 - prevalence)),
        "ece": rounded(expected_error(said, fractured, weights)),
        "bins": bins,
    }


def class_weights(fractured: NDArray[np.bool_], prevalence: float) -> NDArray[np.float64]:
    """A weight per radiograph, in all 1, under which the stated share is fractured; plain shares
    when a class is missing."""
    count = int(fractured.sum())
    if count in {0, len(fractured)}:
        return np.full(len(fractured), 1 / len(fractured))
    return np.where(fractured, prevalence / count, (1 - prevalence) / (len(fractured) - count))


def equal_mass(values: NDArray[np.float64], *, bins: int) -> list[NDArray[np.int64]]:
    """Row numbers of bins that hold as nearly as possible equally many, from the lowest up; equal
    values stay together, so there may be fewer bins."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    edges = [len(values) * i // bins for i in range(1, bins)]
    cuts = sorted({int(np.searchsorted(ranked, ranked[edge])) for edge in edges} - {0})
    return np.split(order, cuts)


def expected_error(
    said: NDArray[np.float64], fractured: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    """Expected calibration error: the mean over equal-mass bins of |said - seen|, each bin by its
    weight."""
    total = 0.0
    for rows in equal_mass(said, bins=BINS):
        held = weights[rows]
        total += abs(float((held * (said[rows] - fractured[rows])).sum()))
    return total / float(weights.sum())


def brier(
    said: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    bootstrap: Bootstrap,
    prevalence: float,
) -> NDArray[np.float64]:
    """The Brier score at the stated prevalence in every draw: (1 + draws,)."""
    errors = (said - fractured) ** 2
    return np.asarray(
        prevalence * bootstrap.shares(errors, fractured)
        + (1 - prevalence) * bootstrap.shares(errors, ~fractured)
    )


def _bins(
    said: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    bootstrap: Bootstrap,
    prevalence: float,
) -> list[dict[str, Any]]:
    weights, found = class_weights(fractured, prevalence), []
    for rows in equal_mass(said, bins=BINS):
        inside = np.zeros(len(said), bool)
        inside[rows] = True
        seen = share_of(
            bootstrap.shares(inside, fractured), bootstrap.shares(inside, ~fractured), prevalence
        )
        found.append(
            {
                "images": len(rows),
                "fractured": int(fractured[rows].sum()),
                "said": rounded(np.average(said[rows], weights=weights[rows])),
                "seen": measured(seen),
            }
        )
    return found


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    held = np.clip(probabilities, NARROW, 1 - NARROW)
    return np.asarray(np.log(held) - np.log1p(-held))


def as_manifest(line: Calibration) -> dict[str, float]:
    """The line as bundle.json keeps it."""
    return {"slope": line.slope, "intercept": line.intercept, "prevalence": line.prevalence}
