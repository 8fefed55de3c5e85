"""How scores lie in each part of a test set: a shortcut shows as a part that is high or low for
both classes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from inference_worker.bundle import Thresholds
from inference_worker.training.parts import parts
from inference_worker.training.plots import BLUE, GREY, ORANGE
from inference_worker.training.scores import Scores

SHOWN = (5, 25, 50, 75, 95)
ROW = 0.34
"""Inches."""
FEWEST = 5


def by_part(scores: Scores, said: NDArray[np.float64], thresholds: Thresholds) -> Figure:
    """A row for every part: 5th to 95th percentile as a line, the middle half as a bar, the median
    as a dot; fractured above, others below."""
    everything = ("all", "all radiographs", np.ones(len(scores), bool))
    rows = [row for row in (everything, *parts(scores)) if row[2].any()]
    figure = Figure(figsize=(7.6, 1.2 + ROW * len(rows)), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(thresholds.rule_out, thresholds.rule_in, color=GREY, alpha=0.2, linewidth=0)
    for place, (_, _, inside) in enumerate(rows):
        _spread(axes, said[inside & scores.fractured], place - 0.17, ORANGE)
        _spread(axes, said[inside & ~scores.fractured], place + 0.17, BLUE)
    axes.set(
        xlabel="probability (grey: inconclusive)",
        title="Scores by part (orange: fractured, blue: others)",
        xlim=(-0.01, 1.01),
        ylim=(len(rows) - 0.4, -0.6),
    )
    names = [f"{name} ({int(inside.sum())})" for _, name, inside in rows]
    axes.set_yticks(range(len(rows)), names)
    return figure


def _spread(axes: Axes, said: NDArray[np.float64], place: float, colour: str) -> None:
    if len(said) < FEWEST:
        axes.plot(said, np.full(len(said), place), "|", color=colour, markersize=5)
        return
    least, low, middle, high, most = np.percentile(said, SHOWN)
    axes.plot([least, most], [place, place], color=colour, linewidth=0.8)
    axes.plot([low, high], [place, place], color=colour, linewidth=4, solid_capstyle="butt")
    axes.plot(middle, place, "o", color="white", markeredgecolor=colour, markersize=4)
