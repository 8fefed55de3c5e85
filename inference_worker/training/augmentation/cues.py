"""Marks on a film that tell nothing about bones: collimator bars, letters, stickers.

They are commoner at one hospital or another, so they are put on images of both classes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BARS, LETTERS, PATCHES = 0.25, 0.2, 0.2
"""Shares of images that get them."""
ALPHABET = list("RLABDPQ0123456789")
LINE_HEIGHT_AT = 224
"""Side of the square, in pixels, for which the sizes of letters are given."""


def add(
    grey: NDArray[np.float32], fracture: NDArray[np.uint8] | None, rng: np.random.Generator
) -> None:
    """Put marks on `grey` (size, size), 0..255, in place. Patches are never laid over the fracture;
    bars and letters may touch one at the edge, as on real films."""
    if rng.random() < BARS:
        _bar(grey, rng)
    if rng.random() < LETTERS:
        _letters(grey, rng)
    if rng.random() < PATCHES:
        _patch(grey, fracture, rng)


def _bar(grey: NDArray[np.float32], rng: np.random.Generator) -> None:
    thick = int(rng.uniform(0.02, 0.15) * len(grey)) + 1
    edge = (np.s_[:thick], np.s_[-thick:], np.s_[:, :thick], np.s_[:, -thick:])
    grey[edge[rng.integers(4)]] = rng.choice([0, 0, 40, 128, 255, 255])


def _letters(grey: NDArray[np.float32], rng: np.random.Generator) -> None:
    size = len(grey)
    ink = np.zeros(grey.shape, np.uint8)
    cv2.putText(
        ink,
        "".join(rng.choice(ALPHABET, rng.integers(1, 8))),
        (int(rng.uniform(0, size * 0.9)), int(rng.uniform(0.1 * size, size))),
        int(rng.integers(0, 4)),
        rng.uniform(0.3, 1.0) * size / LINE_HEIGHT_AT,
        255,
        int(rng.integers(1, 3)),
    )
    grey[ink > 100] = rng.choice([0, 255, 255, 255])


def _patch(
    grey: NDArray[np.float32], fracture: NDArray[np.uint8] | None, rng: np.random.Generator
) -> None:
    size = len(grey)
    height, width = (rng.uniform(0.03, 0.14, 2) * size).astype(int) + 2
    top, left = int(rng.integers(0, size - height)), int(rng.integers(0, size - width))
    place = np.s_[top : top + height, left : left + width]
    if fracture is not None and fracture[place].any():
        return
    plain = rng.random() < 0.6
    grey[place] = rng.uniform(0, 255, None if plain else (height, width))
