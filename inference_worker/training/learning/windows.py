"""Batches of windows on views: on fractures, beside them, and anywhere on normal films."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.training.augmentation.picture import CUT_OFF
from inference_worker.training.dataset import Sample
from inference_worker.training.learning.batches import Drawn, targets
from inference_worker.training.learning.plan import Plan, Views
from inference_worker.training.learning.views import Store, View
from inference_worker.training.networks.fracture_head import COARSE, FINE

STEP = COARSE // FINE
"""Windows begin at multiples of this many cells: the coarsest features then lie as on the whole
film."""

Window = tuple[NDArray[np.float32], int, NDArray[np.float32]]


class Windows(Drawn):
    """(features, targets) for the outputs named."""

    def __init__(
        self,
        store: Store,
        samples: Sequence[Sample],
        weights: NDArray[np.float64],
        plan: Plan,
        views: Views,
        *,
        size: int,
        outputs: Sequence[str],
        epoch: int = 0,
    ) -> None:
        labels = [sample.label for sample in samples]
        super().__init__(labels, weights, plan, outputs=outputs, epoch=epoch)
        self.store, self.samples, self.beside = store, samples, views.beside
        self.side = size // FINE

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
        rng = self.rng(index)
        on = self.fractured.draw(rng, self.plan.positives)
        beside = self.fractured.draw(rng, self.beside)
        normal = self.normal.draw(rng, self.plan.batch - self.plan.positives - self.beside)
        windows = [
            window(self.store.any(self.samples[row], rng), self.side, rng, on=place < len(on))
            for place, row in enumerate((*on, *beside, *normal))
        ]
        x = np.stack([features for features, _, _ in windows])
        labels = np.array([label for _, label, _ in windows])
        return x, targets(labels, np.stack([cells for _, _, cells in windows]), self.outputs)


def window(view: View, side: int, rng: np.random.Generator, *, on: bool) -> Window:
    """A window of `side` cells with its label and cells: `on` a fracture where there is one, else
    beside it where there is room."""
    cells = view.cells.astype(np.float32)
    top, left = _corner(cells, side, rng, on=on)
    taken = np.s_[top : top + side, left : left + side]
    scale = len(view.features) // len(cells)
    rows, columns = (slice(first * scale, (first + side) * scale) for first in (top, left))
    features = view.features[rows, columns].astype(np.float32)
    return features, view.label if holds(cells, taken) else 0, cells[taken]


def holds(cells: NDArray[np.float32], taken: tuple[slice, slice]) -> bool:
    """Whether enough of any one fracture on the film lies in the part `taken` for that part to be
    called fractured."""
    if cells[taken].max() >= 1:
        return True
    count, fractures = cv2.connectedComponents((cells > 0).astype(np.uint8))
    shares = [
        cells[taken][fractures[taken] == number].sum() / cells[fractures == number].sum()
        for number in range(1, count)
    ]
    return max(shares, default=0.0) >= CUT_OFF


def _corner(
    cells: NDArray[np.float32], side: int, rng: np.random.Generator, *, on: bool
) -> tuple[int, int]:
    firsts = np.arange(0, len(cells) - side + 1, STEP)
    places = np.argwhere(cells > 0)
    if on and len(places):
        row, column = places[rng.integers(len(places))]
        return _around(row, firsts, side, rng), _around(column, firsts, side, rng)
    seen = np.array(
        [[cells[top : top + side, left : left + side].sum() for left in firsts] for top in firsts]
    )
    top, left = rng.choice(np.argwhere(seen == seen.min()))
    return int(firsts[top]), int(firsts[left])


def _around(place: int, firsts: NDArray[np.intp], side: int, rng: np.random.Generator) -> int:
    """A beginning from which the place is seen, and not as the outermost cell if that can be."""
    within = place - firsts
    inner = firsts[(within > 0) & (within < side - 1)]
    return int(rng.choice(inner if len(inner) else firsts[(within >= 0) & (within < side)]))
