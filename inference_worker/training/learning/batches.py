"""Batches with a fixed number of fractured images, each source as often as the others, changed
anew each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.training.augmentation.picture import Picture, augmented
from inference_worker.training.learning.plan import Plan
from inference_worker.training.networks.fracture_head import CLASSES, LOGIT, MAP, POOLED


@dataclass(frozen=True)
class Pool:
    """The images of one kind, and how often each is drawn."""

    rows: NDArray[np.intp]
    shares: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> NDArray[np.intp]:
        """`count` rows, each once where there are enough."""
        return rng.choice(self.rows, count, replace=count > len(self.rows), p=self.shares)


def pools_of(labels: NDArray[Any], weights: NDArray[np.float64]) -> tuple[Pool, Pool]:
    """Fractured and normal images."""
    fractured, normal = (
        Pool(rows, weights[rows] / weights[rows].sum())
        for rows in (np.flatnonzero(labels > 0), np.flatnonzero(labels == 0))
    )
    return fractured, normal


def targets(
    labels: NDArray[Any], cells: NDArray[np.float32], outputs: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """What each output named is taught: labels (N,), cells (N, g, g)."""
    fractured = (labels > 0).astype(np.float32)[:, np.newaxis]
    every = {
        LOGIT: fractured,
        POOLED: fractured,
        MAP: cells[..., np.newaxis],
        CLASSES: labels[:, np.newaxis],
    }
    return {name: every[name] for name in outputs}


class Drawn(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches whose content depends only on seed, epoch and step, so that a resumed run goes on as
    it would have, however many `workers` (threads) prepare them."""

    def __init__(
        self,
        labels: Sequence[int],
        weights: NDArray[np.float64],
        plan: Plan,
        *,
        outputs: Sequence[str],
        epoch: int = 0,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers, use_multiprocessing=False)
        self.plan, self.outputs, self.epoch = plan, outputs, epoch
        self.fractured, self.normal = pools_of(np.array(labels), weights)

    def __len__(self) -> int:
        return self.plan.steps

    def rng(self, index: int) -> np.random.Generator:
        """The chance of one step."""
        return np.random.default_rng((self.plan.seed, self.epoch, index))

    def on_epoch_end(self) -> None:
        self.epoch += 1


class Batches(Drawn):
    """(x, targets) for the outputs named: radiographs, changed at random."""

    def __init__(
        self,
        pictures: Sequence[Picture],
        weights: NDArray[np.float64],
        plan: Plan,
        *,
        channels: int,
        grid: int,
        outputs: Sequence[str],
        epoch: int = 0,
        workers: int = 1,
    ) -> None:
        labels = [picture.label for picture in pictures]
        super().__init__(labels, weights, plan, outputs=outputs, epoch=epoch, workers=workers)
        self.pictures, self.channels, self.grid = pictures, channels, grid

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
        rng = self.rng(index)
        fractured = self.fractured.draw(rng, self.plan.positives)
        normal = self.normal.draw(rng, self.plan.batch - self.plan.positives)
        examples = [
            augmented(
                self.pictures[row],
                rng,
                recipe=self.plan.recipe,
                version=self.plan.preprocessing,
                grid=self.grid,
            )
            for row in (*fractured, *normal)
        ]
        x = np.stack([example.grey for example in examples])[..., np.newaxis]
        labels = np.array([example.label for example in examples])
        cells = np.stack([example.cells for example in examples])
        return np.repeat(x, self.channels, axis=-1), targets(labels, cells, self.outputs)
