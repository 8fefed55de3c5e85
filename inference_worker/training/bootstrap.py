"""Intervals from a bootstrap that draws whole groups: neighbouring radiographs are alike, so that
drawing images would promise more than the data knows.

A draw is kept as how often each group came up, so that thousands of them are a few matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
SEED = 7
INTERVAL = (2.5, 97.5)
Z = 1.959963984540054
FEWEST_DEFINED = 0.5
"""Share of the draws in which a figure must be defined (both classes drawn) to have an interval."""


class Measure(TypedDict):
    """A figure and its 95 % interval; None (JSON null) where it is not defined, as precision
    without any alarm."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Bootstrap:
    """Draws over the groups (N,) of N radiographs; the first one is always the data as it is."""

    groups: NDArray[np.str_]
    draws: int = DRAWS
    seed: int = SEED

    @cached_property
    def index(self) -> NDArray[np.int64]:
        """Which group each radiograph belongs to, as a number: (N,)."""
        return np.unique(self.groups, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def counts(self) -> NDArray[np.float32]:
        """How often each group was drawn: (1 + draws, G), the first row all ones."""
        groups = int(self.index.max()) + 1
        rng = np.random.default_rng(self.seed)
        drawn = rng.multinomial(groups, np.full(groups, 1 / groups), size=self.draws)
        return np.concatenate([np.ones((1, groups)), drawn]).astype(np.float32)

    def sums(self, values: NDArray[np.bool_] | NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of values (N,) or (N, C) in every draw: (1 + draws,) or (1 + draws, C)."""
        rows = values.astype(np.float64)
        by_group = np.zeros((self.counts.shape[1], *rows.shape[1:]))
        np.add.at(by_group, self.index, rows)
        return np.asarray(self.counts.astype(np.float64) @ by_group)

    def shares(
        self, hits: NDArray[np.bool_] | NDArray[np.float64], among: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """The mean of hits (N,) or (N, C) among some (N,), in every draw; NaN where none was
        drawn."""
        inside = among if hits.ndim == 1 else among[:, np.newaxis]
        total = self.sums(among)
        return divided(self.sums(hits * inside), total if hits.ndim == 1 else total[:, np.newaxis])


def divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """part / whole, NaN where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole == 0, np.nan, part / whole))


def measured(drawn: NDArray[np.float64]) -> Measure:
    """A figure (its first entry, the data as it is) with the 95 % percentile interval of the
    others."""
    others = drawn[1:][np.isfinite(drawn[1:])]
    low, high = (
        np.percentile(others, INTERVAL)
        if len(others) and len(others) >= FEWEST_DEFINED * len(drawn[1:])
        else (np.nan, np.nan)
    )
    if not np.isfinite(drawn[0]):
        low = high = np.nan
    return Measure(value=rounded(drawn[0]), low=rounded(low), high=rounded(high))


def measured_share(
    bootstrap: Bootstrap, hits: NDArray[np.bool_], among: NDArray[np.bool_]
) -> Measure:
    """The share of hits (N,) among some (N,) with its interval. Where all or none are hits every
    draw says the same, which is no certainty: there the interval is Wilson's."""
    found = measured(bootstrap.shares(hits, among))
    if found["value"] in {0.0, 1.0}:
        low, high = wilson(int((hits & among).sum()), int(among.sum()))
        return Measure(value=found["value"], low=rounded(low), high=rounded(high))
    return found


def wilson(hits: int, among: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    share, square = hits / among, Z * Z / among
    middle = share + square / 2
    half = Z * sqrt(share * (1 - share) / among + square / (4 * among))
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


def rounded(value: float) -> float | None:
    """Four decimals; None (JSON null) for what is not defined."""
    return round(float(value), 4) if np.isfinite(value) else None
