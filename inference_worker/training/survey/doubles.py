"""Images that look like copies of each other, above all across folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.training.sources.samples import Sample

COPY = 0.98
"""Correlation of the small pictures from which two images are taken for copies."""
MOST_PAIRS = 200
ROWS = 1024


@dataclass(frozen=True)
class Pair:
    """Two images that look alike."""

    one: str
    other: str
    correlation: float
    labels: tuple[int, int]
    folds: tuple[int, int] | None


def pairs(
    pictures: NDArray[np.float32],
    samples: Sequence[Sample],
    assigned: Mapping[str, int],
    *,
    least: float = COPY,
) -> list[Pair]:
    """Every pair that correlates at least so well, as it is or mirrored, the most alike first."""
    found: dict[tuple[int, int], float] = {}
    for picture in (pictures, _mirrored(pictures)):
        for row, column, value in _alike(pictures, picture, least):
            found[row, column] = max(value, found.get((row, column), -1.0))
    ordered = sorted(found.items(), key=lambda item: (-round(item[1], 4), item[0]))
    return [_pair(samples[i], samples[j], value, assigned) for (i, j), value in ordered]


def summary(found: Sequence[Pair]) -> dict[str, Any]:
    """Numbers, and the pairs that matter: across folds, or of two labels."""
    across = [pair for pair in found if pair.folds and pair.folds[0] != pair.folds[1]]
    labels = [pair for pair in found if pair.labels[0] != pair.labels[1]]
    return {
        "correlation": COPY,
        "pairs": len(found),
        "across_folds": len(across),
        "of_two_labels": len(labels),
        "pairs_across_folds": [asdict(pair) for pair in across[:MOST_PAIRS]],
        "pairs_of_two_labels": [asdict(pair) for pair in labels[:MOST_PAIRS]],
    }


def _mirrored(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    side = round(pictures.shape[1] ** 0.5)
    return pictures.reshape(-1, side, side)[:, :, ::-1].reshape(pictures.shape)


def _alike(
    pictures: NDArray[np.float32], others: NDArray[np.float32], least: float
) -> list[tuple[int, int, float]]:
    """(row, column, correlation) above the diagonal, in blocks that fit into memory."""
    found = []
    for start in range(0, len(pictures), ROWS):
        products = pictures[start : start + ROWS] @ others.T
        rows, columns = np.nonzero(products >= least)
        above = rows + start < columns
        for row, column in zip(rows[above], columns[above], strict=True):
            found.append((int(row) + start, int(column), float(products[row, column])))
    return found


def _pair(one: Sample, other: Sample, value: float, assigned: Mapping[str, int]) -> Pair:
    folds = (assigned[one.id], assigned[other.id]) if assigned else None
    return Pair(one.id, other.id, round(value, 4), (one.label, other.label), folds)
