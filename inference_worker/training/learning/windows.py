"""Batches of windows on views: near fractures, beside them, and anywhere on normal films."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.training.augmentation.picture import CUT_OFF
from inference_worker.training.dataset import Sample
from inference_worker.training.learning.batches import pools_of, targets
from inference_worker.training.learning.plan import Plan
from inference_worker.training.learning.views import Store, View
from inference_worker.training.networks.fracture_head import COARSE, FINE

STEP = COARSE // FINE
"""Windows begin at multiples of this many cells: the coarsest features then lie as on the whole
film."""
TRIES = 8
"""For a window beside the fracture; a film that is all fracture gives one with it."""

Window = tuple[NDArray[np.float32], int, NDArray[np.float32]]


class Windows(keras.utils.PyDataset):  # type: ignore[misc]
    """(features, targets) for the outputs named; what is drawn depends only on seed, epoch and
    step."""

    def __init__(
        self,
        store: Store,
        samples: Sequence[Sample],
        weights: NDArray[np.float64],
        plan: Plan,
        *,
        size: int,
        outputs: Sequence[str],
        epoch: int = 0,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.store, self.samples, self.plan, self.epoch = store, samples, plan, epoch
        self.side, self.outputs = size // FINE, outputs
        self.pools = pools_of(np.array([sample.label for sample in samples]), weights)

    def __len__(self) -> int:
        return self.plan.steps

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
        rng = np.random.default_rng((self.plan.seed, self.epoch, index))
        beside = self.plan.views.beside if self.plan.views else 0
        fractured, normal = self.pools
        chosen = [
            *((row, True) for row in fractured.draw(rng, self.plan.positives)),
            *((row, False) for row in fractured.draw(rng, beside)),
            *(
                (row, False)
                for row in normal.draw(rng, self.plan.batch - self.plan.positives - beside)
            ),
        ]
        windows = [
            window(self.store.any(self.samples[row], rng), self.side, rng, on=on)
            for row, on in chosen
        ]
        x = np.stack([features for features, _, _ in windows])
        labels = np.array([label for _, label, _ in windows])
        return x, targets(labels, np.stack([cells for _, _, cells in windows]), self.outputs)

    def on_epoch_end(self) -> None:
        self.epoch += 1


def window(view: View, side: int, rng: np.random.Generator, *, on: bool) -> Window:
    """A window of `side` cells with its label and cells: `on` a fracture where there is one, else
    beside it."""
    cells = view.cells.astype(np.float32)
    if (cells < 0).any():
        raise ValueError(
            "windows need the outlines of fractures: this data has fractured images without them"
        )
    top, left = _corner(cells, side, rng, on=on)
    taken = cells[top : top + side, left : left + side]
    scale = len(view.features) // len(cells)
    rows, columns = (slice(first * scale, (first + side) * scale) for first in (top, left))
    features = view.features[rows, columns].astype(np.float32)
    return features, view.label if _holds(taken, cells) else 0, taken


def _corner(
    cells: NDArray[np.float32], side: int, rng: np.random.Generator, *, on: bool
) -> tuple[int, int]:
    last = len(cells) - side
    places = np.argwhere(cells > 0)
    if on and len(places):
        row, column = (
            int(rng.integers(max(0, place - side + 2), min(last, place - 1) + 1))
            if max(0, place - side + 2) <= min(last, place - 1)
            else min(max(place - side // 2, 0), last)
            for place in places[rng.integers(len(places))]
        )
        return _even(row), _even(column)
    corner = (0, 0)
    for _ in range(TRIES):
        corner = _even(int(rng.integers(last + 1))), _even(int(rng.integers(last + 1)))
        if not cells[corner[0] : corner[0] + side, corner[1] : corner[1] + side].any():
            break
    return corner


def _even(first: int) -> int:
    return first - first % STEP


def _holds(taken: NDArray[np.float32], cells: NDArray[np.float32]) -> bool:
    """Whether enough of a fracture is seen for the window to be called fractured."""
    return bool(taken.sum() > 0 and (taken.max() >= 1 or taken.sum() >= CUT_OFF * cells.sum()))
