"""What differs between sources of radiographs and says nothing about bones: margins, polarity and
the tone curve. The arithmetic of preprocessing version 2."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PLAIN = 8
"""Grey levels that a row or column of a margin may span."""
MOST_TRIMMED = 0.45
"""Of height or width, at each edge: something is always left."""
DARKEST, LIGHTEST = 0.01, 0.995
"""Shares of the pixels that become black and end at white."""
NARROWEST = 16
"""Grey levels between black and white at least: an empty image is not stretched into noise."""
CLIP, TILES = 2.0, 8
"""Contrast-limited adaptive histogram equalisation (Zuiderveld 1994), in 8 x 8 tiles."""
THUMBNAIL = 64
SMOOTH = 0.04
"""Local range, of 1, of what counts as background in a thumbnail."""


@dataclass(frozen=True)
class Rectangle:
    """Rows top..bottom and columns left..right of an image, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


def content(grey: NDArray[np.uint8]) -> Rectangle:
    """The image (H, W) without plain margins: black borders, white bars, grey bands."""
    rows, columns = grey.shape
    return Rectangle(
        top=_plain(grey),
        bottom=rows - _plain(grey[::-1]),
        left=_plain(grey.T),
        right=columns - _plain(grey.T[::-1]),
    )


def _plain(lines: NDArray[np.uint8]) -> int:
    most = int(len(lines) * MOST_TRIMMED)
    spans = lines[:most].max(axis=1).astype(int) - lines[:most].min(axis=1)
    busy = np.flatnonzero(spans > PLAIN)
    # A wholly plain image has no content to find: it stays as it is.
    return int(busy[0]) if len(busy) else 0


def is_inverted(grey: NDArray[np.uint8]) -> bool:
    """Whether bones are dark in (H, W): smooth background is then light, where air should be dark.

    On FracAtlas no radiograph is taken for inverted, and 94 % of inverted copies are found
    (docs/model-lab.md); what has no background, as many a hip, is left as it came.
    """
    small = cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    low, high = _levels(np.asarray(small, dtype=np.uint8))
    if high - low < NARROWEST:
        return False
    unit = np.clip((small.astype(np.float32) - low) / (high - low), 0, 1)
    local_range = cv2.morphologyEx(unit, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    smooth = np.asarray(local_range) < SMOOTH
    dark, light = float((smooth & (unit < 0.3)).mean()), float((smooth & (unit > 0.7)).mean())
    return light > 0.2 and light > 2.5 * dark


def tone(square: NDArray[np.uint8], inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Stretch what is `inside` (both (size, size)) between its darkest and lightest pixels and even
    its contrast out; black outside."""
    low, high = _levels(square[inside])
    high = max(high, low + NARROWEST)
    ramp = (np.arange(256, dtype=np.float32) - low) / np.float32(high - low) * 255
    stretched = cv2.LUT(square, np.clip(ramp, 0, 255).astype(np.uint8))
    even = cv2.createCLAHE(CLIP, (TILES, TILES)).apply(stretched)
    return np.where(inside, even, 0).astype(np.uint8)


def _levels(grey: NDArray[np.uint8]) -> tuple[int, int]:
    counts = np.bincount(grey.ravel(), minlength=256)
    share = np.cumsum(counts) / max(1, counts.sum())
    return int(np.searchsorted(share, DARKEST)), int(np.searchsorted(share, LIGHTEST))
