"""One pass over all images: their sizes and small pictures of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.training.decode import decode
from inference_worker.training.sources.samples import Sample

SIDE = 32
"""Pixels of the small pictures: at this size FracAtlas's copies correlate above .98, and hardly any
two images that are no copies do."""


@dataclass(frozen=True)
class Glance:
    """N images: (width, height) in pixels, (0, 0) where unreadable; small pictures as unit vectors
    (N, SIDE * SIDE), whose products are correlations."""

    sizes: list[tuple[int, int]]
    pictures: NDArray[np.float32]


def glance(samples: Sequence[Sample]) -> Glance:
    """Decode every sample once."""
    sizes, pictures = [], np.zeros((len(samples), SIDE * SIDE), np.float32)
    for row, sample in enumerate(tqdm(samples, desc="looking", unit="image", mininterval=1)):
        try:
            grey = decode(sample.path, least=0)
        except ValueError:
            sizes.append((0, 0))
            continue
        sizes.append((grey.shape[1], grey.shape[0]))
        pictures[row] = small(grey)
    return Glance(sizes, pictures)


def small(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """An image (H, W) as a vector of mean 0 and length 1 (length 0 where it is of one grey)."""
    picture = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    picture -= picture.mean()
    length = float(np.linalg.norm(picture))
    vector: NDArray[np.float32] = picture.ravel() / np.float32(length if length > 1e-6 else np.inf)
    return vector
