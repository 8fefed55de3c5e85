"""Figures on a held-out set, each with an interval from a bootstrap over groups (not images:
neighbours are alike)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from inference_worker.bundle import Thresholds

DECISION = 0.5
REPETITIONS = 1000


class Measure(TypedDict):
    """A figure and its 95 % interval; None (JSON null) where it is not defined, as precision
    without any alarm."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scored:
    """A set of radiographs with what was said about them: arrays of one length."""

    probabilities: NDArray[np.float64]
    labels: NDArray[np.int64]
    groups: NDArray[np.str_]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Scored:
        """Some of the rows, repeated if asked."""
        return Scored(self.probabilities[rows], self.labels[rows], self.groups[rows])


def weights_for(labels: NDArray[Any], *, prevalence: float) -> NDArray[np.float32]:
    """A weight per image, mean 1, under which labels (N,) of 0 and 1 have the stated prevalence."""
    share = float(labels.mean())
    weights = np.where(labels == 1, prevalence / share, (1 - prevalence) / (1 - share))
    return weights.astype(np.float32)


Figure = Callable[[Scored], float]


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return float(hits[among].mean()) if among.any() else float("nan")


def accuracy(scored: Scored) -> float:
    """Share of right decisions at 0.5."""
    return float(((scored.probabilities >= DECISION) == (scored.labels == 1)).mean())


def precision(scored: Scored) -> float:
    """Share of fractured among those called fractured at 0.5."""
    return _share(scored.labels == 1, scored.probabilities >= DECISION)


def recall(scored: Scored) -> float:
    """Sensitivity at 0.5."""
    return _share(scored.probabilities >= DECISION, scored.labels == 1)


def specificity(scored: Scored) -> float:
    """Share of the not fractured called so at 0.5."""
    return _share(scored.probabilities < DECISION, scored.labels == 0)


def f1(scored: Scored) -> float:
    """Harmonic mean of precision and recall at 0.5."""
    called, true = scored.probabilities >= DECISION, scored.labels == 1
    total = called.sum() + true.sum()
    return float(2 * (called & true).sum() / total) if total else float("nan")


def auc(scored: Scored) -> float:
    """Area under the ROC curve."""
    return float(roc_auc_score(scored.labels, scored.probabilities))


def brier(scored: Scored) -> float:
    """Mean squared error of the probabilities, with both classes weighing the same."""
    errors = (scored.probabilities - scored.labels) ** 2
    return float(np.mean([errors[scored.labels == label].mean() for label in (0, 1)]))


def average_precision(scored: Scored) -> float:
    """Area under the precision-recall curve, as a step function."""
    return float(average_precision_score(scored.labels, scored.probabilities))


FIGURES: Mapping[str, Figure] = {
    "auc": auc,
    "average_precision": average_precision,
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "specificity": specificity,
    "f1": f1,
    "brier_balanced": brier,
}


def level_figures(thresholds: Thresholds) -> dict[str, Figure]:
    """How the three levels fall: what is missed below rule_out, wrongly alarmed above rule_in, left
    undecided."""
    return {
        "sensitivity_at_rule_out": lambda s: _share(
            s.probabilities >= thresholds.rule_out, s.labels == 1
        ),
        "specificity_at_rule_out": lambda s: _share(
            s.probabilities < thresholds.rule_out, s.labels == 0
        ),
        "sensitivity_at_rule_in": lambda s: _share(
            s.probabilities > thresholds.rule_in, s.labels == 1
        ),
        "specificity_at_rule_in": lambda s: _share(
            s.probabilities <= thresholds.rule_in, s.labels == 0
        ),
        "inconclusive": lambda s: float(
            (
                (s.probabilities >= thresholds.rule_out) & (s.probabilities <= thresholds.rule_in)
            ).mean()
        ),
    }


def measure(
    scored: Scored, figures: Mapping[str, Figure], *, seed: int = 0, repetitions: int = REPETITIONS
) -> dict[str, Measure]:
    """Each figure with the 2.5th and 97.5th percentile of a bootstrap that draws whole groups with
    replacement."""
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(scored.groups == group) for group in np.unique(scored.groups)]
    drawn: dict[str, list[float]] = {name: [] for name in figures}
    for _ in range(repetitions):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        sample = scored.take(rows)
        if len(set(sample.labels.tolist())) < 2:
            continue
        for name, figure in figures.items():
            drawn[name].append(figure(sample))
    return {name: _measured(figure(scored), drawn[name]) for name, figure in figures.items()}


def _measured(value: float, drawn: list[float]) -> Measure:
    finite = np.array([x for x in drawn if np.isfinite(x)])
    low, high = np.percentile(finite, [2.5, 97.5]) if finite.size else (np.nan, np.nan)
    return Measure(value=_rounded(value), low=_rounded(low), high=_rounded(high))


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
