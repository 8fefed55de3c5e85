"""The pictures of a cross-validation, for the model card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from inference_worker.training import calibrate
from inference_worker.training.evaluation import Evaluation
from inference_worker.training.part_plot import by_part
from inference_worker.training.plots import BLUE, GREY, ORANGE, save
from inference_worker.training.ranking import curves, precision_at
from inference_worker.training.scores import Scores

SQUARE = (4.6, 4.4)
FILES = (
    "roc.png",
    "precision_recall.png",
    "calibration.png",
    "operating_points.png",
    "scores_by_part.png",
)


def draw(scores: Scores, evaluation: Evaluation, folder: Path) -> None:
    """Draw every picture of FILES into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    said = calibrate.apply(evaluation.calibration, scores.logits)
    pictures = (
        _roc(scores, evaluation),
        _precision_recall(scores, evaluation),
        _calibration(evaluation),
        _operating_points(scores, said, evaluation),
        by_part(scores, said, evaluation.thresholds),
    )
    for name, figure in zip(FILES, pictures, strict=True):
        save(figure, folder / name)


def _curve(scores: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    once = np.ones((1, len(scores)), np.float32)
    sensitivity, alarms = curves(scores.logits, scores.fractured, once)
    return np.append(0, sensitivity[0]), np.append(0, alarms[0])


def _roc(scores: Scores, evaluation: Evaluation) -> Figure:
    """All folds together in blue, each fold alone in grey, the operating points as dots."""
    figure = Figure(figsize=SQUARE, layout="constrained")
    axes = figure.subplots()
    for fold in np.unique(scores.folds):
        sensitivity, alarms = _curve(scores.take(scores.folds == fold))
        axes.plot(alarms, sensitivity, color=GREY, linewidth=0.7, alpha=0.7)
    sensitivity, alarms = _curve(scores)
    axes.plot(alarms, sensitivity, color=BLUE, label="all folds")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="guessing")
    points = evaluation.metrics["operating_points"]
    for name, marker in (("rule_out", "o"), ("rule_in", "s"), ("plain", "^")):
        row = points[name]
        axes.plot(
            1 - row["specificity"]["value"],
            row["sensitivity"]["value"],
            marker,
            color=ORANGE,
            label={"rule_out": "rule out", "rule_in": "rule in", "plain": "0.5"}[name],
        )
    axes.set(xlabel="1 - specificity", ylabel="sensitivity", title="ROC (grey: each fold)")
    axes.legend(frameon=False, loc="lower right")
    return figure


def _precision_recall(scores: Scores, evaluation: Evaluation) -> Figure:
    prevalence = evaluation.calibration.prevalence
    figure = Figure(figsize=SQUARE, layout="constrained")
    axes = figure.subplots()
    for fold in np.unique(scores.folds):
        _precision(axes, scores.take(scores.folds == fold), prevalence, color=GREY, linewidth=0.7)
    _precision(axes, scores, prevalence, color=BLUE, linewidth=1.5)
    axes.axhline(prevalence, color=GREY, linewidth=1, linestyle=":")
    axes.set(
        xlabel="recall (sensitivity)",
        ylabel="precision (PPV)",
        title=f"Precision and recall at {100 * prevalence:g} % fractured",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    return figure


def _precision(
    axes: Axes, scores: Scores, prevalence: float, *, color: str, linewidth: float
) -> None:
    sensitivity, alarms = _curve(scores)
    precision = precision_at(sensitivity, alarms, prevalence)
    axes.step(sensitivity, precision, where="pre", color=color, linewidth=linewidth)


def _calibration(evaluation: Evaluation) -> Figure:
    """What was said against what was seen, in bins of equally many, with 95 % intervals."""
    figure = Figure(figsize=SQUARE, layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":")
    for row in evaluation.metrics["reliability"]["bins"]:
        seen = row["seen"]
        if seen["low"] is not None:
            axes.plot([row["said"]] * 2, [seen["low"], seen["high"]], color=BLUE, linewidth=1)
        axes.plot(row["said"], seen["value"], "o", color=BLUE, markersize=4)
    axes.set(
        xlabel="probability said",
        ylabel="share with a fracture",
        title="Calibration",
        xlim=(-0.02, 1.02),
        ylim=(-0.02, 1.02),
    )
    return figure


def _operating_points(scores: Scores, said: NDArray[np.float64], evaluation: Evaluation) -> Figure:
    """Sensitivity and specificity over the threshold; between the two points: inconclusive."""
    figure = Figure(figsize=(7.6, 3.6), layout="constrained")
    axes = figure.subplots()
    grid = np.linspace(0, 1, 501)
    found, others = np.sort(said[scores.fractured]), np.sort(said[~scores.fractured])
    axes.plot(
        grid, 1 - np.searchsorted(found, grid) / len(found), color=ORANGE, label="sensitivity"
    )
    axes.plot(grid, np.searchsorted(others, grid) / len(others), color=BLUE, label="specificity")
    thresholds = evaluation.thresholds
    axes.axvspan(thresholds.rule_out, thresholds.rule_in, color=GREY, alpha=0.25, linewidth=0)
    axes.axvline(0.5, color=GREY, linewidth=1, linestyle=":")
    axes.set(
        xlabel="threshold on the probability (grey: inconclusive; dotted: 0.5)",
        ylabel="share",
        title="Operating points",
        xlim=(0, 1),
        ylim=(0, 1.02),
    )
    axes.legend(frameon=False, loc="center right")
    return figure
