"""Canonical radiograph -> model input: one implementation, so that training and serving cannot
drift apart.

The radiograph is scaled with its aspect kept until its longer side fits, and laid in the middle of
a black square. A bundle names the version of this module it was trained with; change the arithmetic
and PREPROCESSING_VERSION together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PREPROCESSING_VERSION = "1"


@dataclass(frozen=True)
class Placement:
    """Where the radiograph lies inside the square, in pixels of the square."""

    top: int
    left: int
    height: int
    width: int
    size: int

    def crop(self, square: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cut the radiograph out of a (size, size) map: what is left is aligned with the whole
        radiograph."""
        if square.shape[:2] != (self.size, self.size):
            raise ValueError(f"expected a map of {self.size}x{self.size}, got {square.shape[:2]}")
        return square[self.top : self.top + self.height, self.left : self.left + self.width]


def read_canonical(data: bytes) -> NDArray[np.uint8]:
    """Decode the canonical 8-bit grey PNG that intake stored, as (H, W); ValueError when it cannot
    be read."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    image = None
    if buffer.size:
        try:
            image = cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED)
        except cv2.error as error:
            raise ValueError("the canonical radiograph cannot be decoded") from error
    if image is None:
        raise ValueError("the canonical radiograph cannot be decoded")
    if image.ndim != 2 or image.dtype != np.uint8:
        raise ValueError(
            f"the canonical radiograph is not 8-bit grey: {image.dtype}, shape {image.shape}"
        )
    return image.astype(np.uint8, copy=False)


def letterbox(canonical: NDArray[np.uint8], *, size: int) -> tuple[NDArray[np.uint8], Placement]:
    """Scale (H, W) into the middle of a black (size, size) square; still 8-bit, so training can
    keep it in memory."""
    if canonical.ndim != 2 or canonical.dtype != np.uint8 or 0 in canonical.shape:
        raise ValueError(
            f"expected an (H, W) array of uint8, got {canonical.dtype} {canonical.shape}"
        )
    rows, columns = canonical.shape
    scale = size / max(rows, columns)
    height = min(size, max(1, round(rows * scale)))
    width = min(size, max(1, round(columns * scale)))
    # Averaging the area keeps a hairline when shrinking; nothing is gained by it when enlarging.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    placement = Placement((size - height) // 2, (size - width) // 2, height, width, size)
    square = np.zeros((size, size), dtype=np.uint8)
    placement.crop(square)[:] = cv2.resize(canonical, (width, height), interpolation=how)  # type: ignore[arg-type]
    return square, placement


def to_input(square: NDArray[np.uint8], *, channels: int) -> NDArray[np.float32]:
    """Grey levels 0..255 to 0..1, repeated over the channels a network expects: (..., H, W) ->
    (..., H, W, channels)."""
    grey = square.astype(np.float32) / np.float32(255)
    return np.repeat(grey[..., np.newaxis], channels, axis=-1)


def prepare(
    canonical: NDArray[np.uint8], *, size: int, channels: int
) -> tuple[NDArray[np.float32], Placement]:
    """Turn a canonical radiograph (H, W) into a (size, size, channels) input in 0..1, and say where
    it lies in it."""
    square, placement = letterbox(canonical, size=size)
    return to_input(square, channels=channels), placement
