"""Radiographs decoded once and kept as small grey squares, and batches of them with augmentation
and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.preprocessing import letterbox, to_input
from inference_worker.training.dataset import Sample
from inference_worker.training.decode import decode

ROTATION_DEGREES = 6.0
SCALE = 0.05
SHIFT = 0.03
CONTRAST = 0.1
BRIGHTNESS = 0.04
NOISE = 0.02
CUT_SHORT = 0.05
"""Share of training images given a bottom like that of a mended truncated file, so that it tells
nothing."""


def squares(
    samples: Sequence[Sample], *, size: int, cache: Path | None = None
) -> NDArray[np.uint8]:
    """Every sample letterboxed, (N, size, size) in their order; kept in `cache` for the next
    start."""
    key = np.array([sample.sha256 for sample in samples])
    if cache is not None and cache.is_file():
        with np.load(cache) as kept:
            if kept["squares"].shape[1:] == (size, size) and np.array_equal(kept["key"], key):
                return np.asarray(kept["squares"], dtype=np.uint8)
    rows = [
        letterbox(decode(sample.path, bottom="mended"), size=size)[0]
        for sample in tqdm(samples, desc="decoding", unit="radiograph", mininterval=1)
    ]
    decoded = np.stack(rows)
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, squares=decoded, key=key)
    return decoded


def augment(square: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
    """One (size, size) square flipped, turned, scaled, shifted, with other contrast and mild noise;
    0..1."""
    size = square.shape[0]
    if rng.random() < CUT_SHORT:
        square = _cut_short(square, rng)
    matrix = cv2.getRotationMatrix2D(
        (size / 2, size / 2),
        rng.uniform(-ROTATION_DEGREES, ROTATION_DEGREES),
        1 + rng.uniform(-SCALE, SCALE),
    )
    matrix[:, 2] += rng.uniform(-SHIFT, SHIFT, 2) * size
    turned: NDArray[np.uint8] = cv2.warpAffine(square, matrix, (size, size))  # type: ignore[assignment]
    if rng.random() < 0.5:
        turned = turned[:, ::-1]
    grey = turned.astype(np.float32) / np.float32(255)
    grey = (grey - 0.5) * (1 + rng.uniform(-CONTRAST, CONTRAST)) + 0.5
    grey += rng.uniform(-BRIGHTNESS, BRIGHTNESS)
    grey += rng.standard_normal(grey.shape, dtype=np.float32) * rng.uniform(0, NOISE)
    return np.clip(grey, 0, 1).astype(np.float32)


def _cut_short(square: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Continue one row down to the lower edge of the radiograph (not into the black beneath it)."""
    rows = np.flatnonzero(square.any(axis=1))
    if len(rows) < 4:
        return square
    row = int(rng.integers(rows[len(rows) // 2], rows[-1] + 1))
    cut = square.copy()
    cut[row : rows[-1] + 1] = square[row]
    return cut


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Augmented training batches: (x, label, weight), shuffled anew each epoch.

    Order and augmentation depend only on seed, epoch and index: a run that was interrupted goes on
    as it would have.
    """

    def __init__(
        self,
        grey: NDArray[np.uint8],
        labels: NDArray[np.float32],
        weights: NDArray[np.float32],
        *,
        channels: int,
        batch: int,
        seed: int,
        epoch: int = 0,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.grey, self.labels, self.weights = grey, labels, weights
        self.channels, self.batch, self.seed, self.epoch = channels, batch, seed, epoch

    def __len__(self) -> int:
        return math.ceil(len(self.labels) / self.batch)

    def __getitem__(
        self, index: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.labels))
        chosen = order[index * self.batch : (index + 1) * self.batch]
        rows = [
            augment(self.grey[i], np.random.default_rng((self.seed, self.epoch, int(i))))
            for i in chosen
        ]
        x = np.repeat(np.stack(rows)[..., np.newaxis], self.channels, axis=-1)
        return x, self.labels[chosen, np.newaxis], self.weights[chosen, np.newaxis]

    def on_epoch_end(self) -> None:
        self.epoch += 1


def logits(
    model: keras.Model, grey: NDArray[np.uint8], *, channels: int, batch: int = 32
) -> NDArray[np.float64]:
    """The network's logit for every square, unaugmented: (N,)."""
    parts = [
        np.asarray(model.predict_on_batch(to_input(grey[i : i + batch], channels=channels)))[:, 0]
        for i in range(0, len(grey), batch)
    ]
    return np.concatenate(parts).astype(np.float64)
