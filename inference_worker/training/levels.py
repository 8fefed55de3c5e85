"""What the operating points do: sensitivity, specificity, and what an answer is worth where
fractures are rarer or commoner."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Thresholds
from inference_worker.training import calibrate, operating
from inference_worker.training.bootstrap import (
    Bootstrap,
    Measure,
    divided,
    measured,
    measured_share,
)

PREVALENCES = (0.05, 0.176, 0.30)
Drawn = NDArray[np.float64]


def at_points(
    probabilities: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    thresholds: Thresholds,
    bootstrap: Bootstrap,
    *,
    prevalence: float,
) -> dict[str, Any]:
    """The table of each operating point and of what is left between them, every figure with its
    interval."""
    table: dict[str, Any] = {}
    for name, called in operating.CALLED.items():
        above = called(probabilities, thresholds)
        found = bootstrap.shares(above, fractured)
        alarms = bootstrap.shares(above, ~fractured)
        table[name] = {
            "threshold": getattr(thresholds, name, 0.5),
            "sensitivity": measured_share(bootstrap, above, fractured),
            "specificity": measured_share(bootstrap, ~above, ~fractured),
            **_at(found, alarms, prevalence=prevalence),
        }
    held = operating.between(probabilities, thresholds)
    table["inconclusive"] = _undecided(
        bootstrap.shares(held, fractured), bootstrap.shares(held, ~fractured), prevalence
    )
    return table


def _at(found: Drawn, alarms: Drawn, *, prevalence: float) -> dict[str, Any]:
    """Figures from sensitivity and false-alarm rate (both (1 + draws,)); by Bayes' rule for a
    prevalence."""
    right = prevalence * found + (1 - prevalence) * (1 - alarms)
    called = prevalence * found + (1 - prevalence) * alarms
    return {
        "accuracy": measured(right),
        "f1": measured(divided(2 * prevalence * found, prevalence + called)),
        "ppv": {_key(p): measured(share_of(found, alarms, p)) for p in _with(prevalence)},
        "npv": {
            _key(p): measured(1 - share_of(1 - found, 1 - alarms, p)) for p in _with(prevalence)
        },
    }


def _undecided(found: Drawn, others: Drawn, prevalence: float) -> dict[str, Any]:
    return {
        "share": {_key(p): measured(p * found + (1 - p) * others) for p in _with(prevalence)},
        "fractured": {_key(p): measured(share_of(found, others, p)) for p in _with(prevalence)},
    }


def share_of(found: Drawn, others: Drawn, prevalence: float) -> Drawn:
    """Share of fractured in a pile that holds `found` of the fractured and `others` of the
    others."""
    right = prevalence * found
    return divided(right, right + (1 - prevalence) * others)


def _with(prevalence: float) -> list[float]:
    return sorted({*PREVALENCES, prevalence})


def _key(prevalence: float) -> str:
    return f"{prevalence:g}"


def summary(points: dict[str, Any], *, prevalence: float) -> dict[str, Measure]:
    """The figures of the levels under the names that every bundle's manifest has them."""
    return {
        "sensitivity_at_rule_out": points["rule_out"]["sensitivity"],
        "specificity_at_rule_out": points["rule_out"]["specificity"],
        "sensitivity_at_rule_in": points["rule_in"]["sensitivity"],
        "specificity_at_rule_in": points["rule_in"]["specificity"],
        "inconclusive": points["inconclusive"]["share"][_key(prevalence)],
    }


def plain(points: dict[str, Any], *, prevalence: float) -> dict[str, Measure]:
    """The figures at one half under the names that every bundle's manifest has them."""
    row = points["plain"]
    return {
        "accuracy": row["accuracy"],
        "precision": row["ppv"][_key(prevalence)],
        "recall": row["sensitivity"],
        "specificity": row["specificity"],
        "npv": row["npv"][_key(prevalence)],
        "f1": row["f1"],
    }


def unseen(
    logits: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    folds: NDArray[np.int64],
    bootstrap: Bootstrap,
    *,
    prevalence: float,
) -> dict[str, Measure] | None:
    """The same promises on radiographs that had no say: line and thresholds from the other folds,
    applied to the one left out. None where that cannot be done."""
    above_out, above_in = np.zeros(len(folds), bool), np.zeros(len(folds), bool)
    for fold in np.unique(folds):
        inside = folds == fold
        if len(set(fractured[~inside].tolist())) < 2:
            return None
        line = calibrate.platt(logits[~inside], fractured[~inside], prevalence=prevalence)
        others = Bootstrap(bootstrap.groups[~inside], draws=bootstrap.draws, seed=bootstrap.seed)
        points = operating.find(calibrate.apply(line, logits[~inside]), fractured[~inside], others)
        said = calibrate.apply(line, logits[inside])
        above_out[inside] = operating.CALLED["rule_out"](said, points.thresholds)
        above_in[inside] = operating.CALLED["rule_in"](said, points.thresholds)
    undecided = above_out & ~above_in
    return {
        "sensitivity_at_rule_out": measured(bootstrap.shares(above_out, fractured)),
        "specificity_at_rule_in": measured(bootstrap.shares(~above_in, ~fractured)),
        "inconclusive": measured(
            prevalence * bootstrap.shares(undecided, fractured)
            + (1 - prevalence) * bootstrap.shares(undecided, ~fractured)
        ),
    }
