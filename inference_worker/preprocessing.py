"""Canonical radiograph -> model input: one implementation, so that training and serving cannot
drift apart.

The radiograph is scaled with its aspect kept until its longer side fits, and laid in the middle of
a black square (version 1, for networks that were taught elsewhere and came as a file). Version 2
first trims plain margins and turns an inverted image over, and last evens the tone
(`normalising.py`). A bundle names the version it was trained with; other arithmetic is another
version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.normalising import Rectangle, content, is_inverted, tone

PREPROCESSING_VERSIONS = ("1", "2")
PREPROCESSING_VERSION = PREPROCESSING_VERSIONS[-1]
"""What new models are trained with."""


@dataclass(frozen=True)
class Placement:
    """Where the radiograph lies inside the square, in pixels of the square.

    `taken` is the part of the canonical radiograph, whose shape is `canonical`, that was laid
    there.
    """

    top: int
    left: int
    height: int
    width: int
    size: int
    taken: Rectangle
    canonical: tuple[int, int]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(size, size), true where the radiograph lies."""
        mask = np.zeros((self.size, self.size), dtype=bool)
        mask[self.top : self.top + self.height, self.left : self.left + self.width] = True
        return mask

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the canonical radiograph lies in the square; both (x, y) in pixels."""
        scale_x = self.width / (self.taken.right - self.taken.left)
        scale_y = self.height / (self.taken.bottom - self.taken.top)
        return (
            self.left + (x - self.taken.left) * scale_x,
            self.top + (y - self.taken.top) * scale_y,
        )

    def crop(self, square: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cut what was laid in the square out of a (size, size) map."""
        if square.shape[:2] != (self.size, self.size):
            raise ValueError(f"expected a map of {self.size}x{self.size}, got {square.shape[:2]}")
        return square[self.top : self.top + self.height, self.left : self.left + self.width]

    def whole(self, square: NDArray[np.float32]) -> NDArray[np.float32]:
        """A (size, size) map over the whole canonical radiograph, zero over trimmed margins."""
        part, (rows, columns), taken = self.crop(square), self.canonical, self.taken
        scale = self.height / (taken.bottom - taken.top)
        top, left = round(taken.top * scale), round(taken.left * scale)
        shape = (
            max(round(rows * scale), top + self.height),
            max(round(columns * scale), left + self.width),
        )
        map_ = np.zeros(shape, dtype=np.float32)
        map_[top : top + self.height, left : left + self.width] = part
        return map_


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
    _check(canonical)
    rows, columns = canonical.shape
    scale = size / max(rows, columns)
    height = min(size, max(1, round(rows * scale)))
    width = min(size, max(1, round(columns * scale)))
    # Averaging the area keeps a hairline when shrinking; nothing is gained by it when enlarging.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    placement = Placement(
        top=(size - height) // 2,
        left=(size - width) // 2,
        height=height,
        width=width,
        size=size,
        taken=Rectangle(0, rows, 0, columns),
        canonical=(rows, columns),
    )
    square = np.zeros((size, size), dtype=np.uint8)
    placement.crop(square)[:] = cv2.resize(canonical, (width, height), interpolation=how)  # type: ignore[arg-type]
    return square, placement


def lay_out(
    canonical: NDArray[np.uint8], *, size: int, version: str
) -> tuple[NDArray[np.uint8], Placement]:
    """Everything that comes before augmentation in training: (H, W) -> a square (size, size) and
    where the radiograph lies in it. ValueError for a version that is not known."""
    if version not in PREPROCESSING_VERSIONS:
        raise ValueError(f"there is no preprocessing version {version}")
    if version == "1":
        return letterbox(canonical, size=size)
    _check(canonical)
    taken = content(canonical)
    part = canonical[taken.top : taken.bottom, taken.left : taken.right]
    if is_inverted(part):
        part = np.asarray(255 - part, dtype=np.uint8)
    square, placement = letterbox(part, size=size)
    rows, columns = canonical.shape
    return square, replace(placement, taken=taken, canonical=(rows, columns))


def even_out(
    square: NDArray[np.uint8], inside: NDArray[np.bool_], *, version: str
) -> NDArray[np.uint8]:
    """Everything that comes after augmentation: the tone, from version 2 on; both (size, size)."""
    return square if version == "1" else tone(square, inside)


def to_input(square: NDArray[np.uint8], *, channels: int) -> NDArray[np.float32]:
    """Grey levels 0..255 to 0..1, repeated over the channels a network expects: (..., H, W) ->
    (..., H, W, channels)."""
    grey = square.astype(np.float32) / np.float32(255)
    return np.repeat(grey[..., np.newaxis], channels, axis=-1)


def prepare(
    canonical: NDArray[np.uint8], *, size: int, channels: int, version: str
) -> tuple[NDArray[np.float32], Placement]:
    """Turn a canonical radiograph (H, W) into a (size, size, channels) input in 0..1, and say where
    it lies in it."""
    square, placement = lay_out(canonical, size=size, version=version)
    return to_input(
        even_out(square, placement.inside, version=version), channels=channels
    ), placement


def _check(canonical: NDArray[np.uint8]) -> None:
    if canonical.ndim != 2 or canonical.dtype != np.uint8 or 0 in canonical.shape:
        raise ValueError(
            f"expected an (H, W) array of uint8, got {canonical.dtype} {canonical.shape}"
        )
