"""Samples -> pictures: decoded and laid out once for each input size, and kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.preprocessing import Placement, lay_out
from inference_worker.training.augmentation.picture import Picture
from inference_worker.training.dataset import Sample
from inference_worker.training.decode import decode

LITTLE = 0.0
"""Share of a truncated file's picture that is enough here: a test leaves nothing out."""


def load(samples: Sequence[Sample], *, size: int, version: str, cache: Path) -> list[Picture]:
    """One picture for each sample, in order; squares come from `cache` when they lie there."""
    squares, insides = _squares(samples, size=size, version=version, cache=cache)
    return [
        Picture(square, _mask(size, box), sample.label, _outlined(sample, size, version))
        for sample, square, box in zip(samples, squares, insides, strict=True)
    ]


def picture(sample: Sample, *, size: int, version: str) -> Picture:
    """One sample, decoded now."""
    square, placement = _laid(sample, size, version)
    return Picture(square, placement.inside, sample.label, _outline(sample, size, placement))


def _squares(
    samples: Sequence[Sample], *, size: int, version: str, cache: Path
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    key = hashlib.sha256("".join(sample.sha256 for sample in samples).encode()).hexdigest()[:16]
    path = cache / f"pictures-{version}-{size}-{key}.npz"
    if path.is_file():
        with np.load(path) as kept:
            return kept["squares"], kept["boxes"]
    laid = [
        _laid(sample, size, version)
        for sample in tqdm(samples, desc=f"decoding for {size} px", unit="file", mininterval=1)
    ]
    squares = np.stack([square for square, _ in laid])
    boxes = np.array([(p.top, p.left, p.height, p.width) for _, p in laid])
    cache.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{id(squares)}.npz")
    np.savez(fresh, squares=squares, boxes=boxes)
    fresh.replace(path)
    return squares, boxes


def _laid(sample: Sample, size: int, version: str) -> tuple[NDArray[np.uint8], Placement]:
    return lay_out(decode(sample.path, least=LITTLE), size=size, version=version)


def _mask(size: int, box: NDArray[np.int64]) -> NDArray[np.bool_]:
    top, left, height, width = (int(side) for side in box)
    inside = np.zeros((size, size), dtype=bool)
    inside[top : top + height, left : left + width] = True
    return inside


def _outlined(sample: Sample, size: int, version: str) -> NDArray[np.uint8] | None:
    """Kept squares know no placement: the few images with outlines are decoded again for it."""
    if not sample.label or not sample.fractures:
        return None
    return _outline(sample, size, _laid(sample, size, version)[1])


def _outline(sample: Sample, size: int, placement: Placement) -> NDArray[np.uint8] | None:
    """The fractures as they lie in the square."""
    if not sample.label or not sample.fractures:
        return None
    outline = np.zeros((size, size), np.uint8)
    for polygon in sample.fractures:
        corners = [placement.at(x, y) for x, y in polygon]
        cv2.fillPoly(outline, [np.round(corners).astype(np.int32)], (255,))
    return outline if outline.any() else None
