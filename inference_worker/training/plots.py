"""The small pictures of a model card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import precision_recall_curve, roc_curve

from inference_worker.training.metrics import Scored, weights_for

BLUE, ORANGE, GREY = "#1f5fa8", "#c8611a", "#8a8f98"
BINS = 8


def learning_curves(history: Sequence[dict[str, Any]], best: int, path: Path) -> None:
    """Loss and tune AUC over the epochs; the kept epoch is marked."""
    epochs = [row["epoch"] for row in history]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(epochs, [row["loss"] for row in history], color=BLUE, label="training")
    left.plot(epochs, [row["tune_loss"] for row in history], color=ORANGE, label="tune")
    left.set(xlabel="epoch", ylabel="weighted cross-entropy")
    left.legend(frameon=False)
    right.plot(epochs, [row["tune_auc"] for row in history], color=ORANGE)
    right.set(xlabel="epoch", ylabel="tune AUC")
    for axes in (left, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.axvline(best, color=GREY, linewidth=1, linestyle=":")
    save(figure, path)


def held_out(scored: Scored, path: Path, *, prevalence: float) -> None:
    """ROC curve, precision-recall curve and reliability on the held-out set."""
    figure = Figure(figsize=(10, 3.4), layout="constrained")
    roc, pr, reliability = figure.subplots(1, 3)
    false, true, _ = roc_curve(scored.labels, scored.probabilities)
    roc.plot(false, true, color=BLUE)
    roc.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    roc.set(xlabel="1 - specificity", ylabel="sensitivity", title="ROC")
    precision, recall, _ = precision_recall_curve(scored.labels, scored.probabilities)
    pr.plot(recall, precision, color=BLUE)
    pr.axhline(scored.labels.mean(), color=GREY, linewidth=1, linestyle=":")
    pr.set(xlabel="recall", ylabel="precision", title="Precision and recall", ylim=(0, 1.02))
    _reliability(reliability, scored, prevalence)
    save(figure, path)


def _reliability(axes: Axes, scored: Scored, prevalence: float) -> None:
    """Bins of equal size, the classes weighted to the prevalence that the probabilities are stated
    for."""
    weights = weights_for(scored.labels, prevalence=prevalence)
    order = np.array_split(np.argsort(scored.probabilities), BINS)
    said = [np.average(scored.probabilities[rows], weights=weights[rows]) for rows in order]
    seen = [np.average(scored.labels[rows], weights=weights[rows]) for rows in order]
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    axes.plot(said, seen, color=BLUE, marker="o", markersize=4)
    axes.set(xlabel="probability said", ylabel="share seen", title="Calibration")


def save(figure: Figure, path: Path) -> None:
    """Write a PNG; the same figures give the same file."""
    # Without the date and the library's version, that is.
    figure.savefig(path, dpi=80, metadata={"Software": None})
