"""Of 100 test radiographs scored like this, how many had a fracture: bins over the probability.

The bins are plain data in the manifest, so that a page can look one up (`scored_like.py`) without
any of what made them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.training.bootstrap import INTERVAL, Bootstrap, rounded, wilson
from inference_worker.training.levels import share_of
from inference_worker.training.reliability import equal_mass

FEWEST = 100
"""Radiographs to a bin, unless the whole set has fewer."""


@dataclass(frozen=True)
class _Pile:
    """Radiographs of neighbouring scores."""

    rows: NDArray[np.int64]
    fractured: int

    @property
    def share(self) -> float:
        return self.fractured / len(self.rows)

    def __add__(self, other: _Pile) -> _Pile:
        return _Pile(np.concatenate([self.rows, other.rows]), self.fractured + other.fractured)


def likeness(
    probabilities: NDArray[np.float64],
    fractured: NDArray[np.bool_],
    bootstrap: Bootstrap,
    *,
    prevalence: float,
) -> list[dict[str, Any]]:
    """Bins that cover 0..1, from the lowest up, each with the share of fractured at the stated
    prevalence and its 95 % interval: the wider at each end of the bootstrap over groups and of
    Wilson's, for a bin without any fracture has a bootstrap of width 0."""
    piles = _rising(probabilities, fractured)
    edges = [0.0]
    for lower, upper in pairwise(piles):
        top, bottom = probabilities[lower.rows].max(), probabilities[upper.rows].min()
        edges.append(float(top + bottom) / 2)
    edges.append(1.0)
    return [
        {
            "low": round(low, 9),
            "high": round(high, 9),
            "images": len(pile.rows),
            "fractured": pile.fractured,
            **_seen(pile, fractured, bootstrap, prevalence),
        }
        for pile, (low, high) in zip(piles, pairwise(edges), strict=True)
    ]


def _rising(probabilities: NDArray[np.float64], fractured: NDArray[np.bool_]) -> list[_Pile]:
    """Bins of at least FEWEST, joined until the share of fractured rises from each to the next
    (isotonic regression by pooling adjacent violators)."""
    piles: list[_Pile] = []
    for rows in _large(equal_mass(probabilities, bins=max(1, len(probabilities) // FEWEST))):
        piles.append(_Pile(rows, int(fractured[rows].sum())))
        while len(piles) > 1 and piles[-2].share >= piles[-1].share:
            upper = piles.pop()
            piles[-1] += upper
    return piles


def _large(bins: list[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Join bins that ties have left too small to the one below (the first to the one above)."""
    joined: list[NDArray[np.int64]] = []
    for rows in bins:
        if joined and min(len(joined[-1]), len(rows)) < FEWEST:
            joined[-1] = np.concatenate([joined[-1], rows])
        else:
            joined.append(rows)
    return joined


def _seen(
    pile: _Pile, fractured: NDArray[np.bool_], bootstrap: Bootstrap, prevalence: float
) -> dict[str, float | None]:
    inside = np.zeros(len(fractured), bool)
    inside[pile.rows] = True
    drawn = share_of(
        bootstrap.shares(inside, fractured), bootstrap.shares(inside, ~fractured), prevalence
    )
    here = float(fractured.mean())
    ends = [_moved(end, here, prevalence) for end in wilson(pile.fractured, len(pile.rows))]
    finite = drawn[1:][np.isfinite(drawn[1:])]
    if len(finite):
        low, high = np.percentile(finite, INTERVAL)
        ends = [min(ends[0], low), max(ends[1], high)]
    return {
        "share": rounded(_moved(pile.share, here, prevalence)),
        "share_low": rounded(ends[0]),
        "share_high": rounded(ends[1]),
    }


def _moved(share: float, here: float, there: float) -> float:
    """A share of fractured seen where `here` of all are fractured, as it would be where `there`
    are: the odds change by the ratio of the odds."""
    right = share * there * (1 - here)
    total = right + (1 - share) * (1 - there) * here
    return right / total if total else share
