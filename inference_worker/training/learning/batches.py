"""Batches with a fixed number of fractured images, each source as often as the others, changed
anew each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.training.augmentation.picture import Example, Picture, augmented
from inference_worker.training.learning.plan import Plan
from inference_worker.training.networks.fracture_head import CLASSES, LOGIT, MAP, POOLED


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """(x, targets) for the outputs named; order and changes depend only on seed, epoch and step,
    so that a resumed run goes on as it would have."""

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
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.pictures, self.plan, self.epoch = pictures, plan, epoch
        self.channels, self.grid, self.outputs = channels, grid, outputs
        fractured = np.array([picture.label > 0 for picture in pictures])
        self.pools = [
            (rows, weights[rows] / weights[rows].sum())
            for rows in (np.flatnonzero(fractured), np.flatnonzero(~fractured))
        ]

    def __len__(self) -> int:
        return self.plan.steps

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], dict[str, NDArray[Any]]]:
        rng = np.random.default_rng((self.plan.seed, self.epoch, index))
        counts = (self.plan.positives, self.plan.batch - self.plan.positives)
        rows = np.concatenate(
            [
                rng.choice(pool, count, replace=count > len(pool), p=share)
                for (pool, share), count in zip(self.pools, counts, strict=True)
            ]
        )
        examples = [
            augmented(
                self.pictures[row],
                rng,
                recipe=self.plan.recipe,
                version=self.plan.preprocessing,
                grid=self.grid,
            )
            for row in rows
        ]
        x = np.stack([example.grey for example in examples])[..., np.newaxis]
        return np.repeat(x, self.channels, axis=-1), self._targets(examples)

    def on_epoch_end(self) -> None:
        self.epoch += 1

    def _targets(self, examples: Sequence[Example]) -> dict[str, NDArray[Any]]:
        labels = np.array([example.label for example in examples])
        fractured = (labels > 0).astype(np.float32)[:, np.newaxis]
        every = {
            LOGIT: fractured,
            POOLED: fractured,
            MAP: np.stack([example.cells for example in examples])[..., np.newaxis],
            CLASSES: labels[:, np.newaxis],
        }
        return {name: every[name] for name in self.outputs}
