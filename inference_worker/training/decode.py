"""Image files of a training folder -> canonical grey arrays, as intake would have made them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

END_OF_JPEG = b"\xff\xd9"
FILLER = 128
"""What libjpeg paints where the data has ended."""
LEAST = 0.5
"""Share of the rows that a truncated file must still hold."""


class TooLittleLeft(ValueError):
    """A truncated file that holds too little of its picture."""


def decode(path: Path, *, least: float = LEAST) -> NDArray[np.uint8]:
    """Read one image file as (H, W) grey, turned as its EXIF says.

    Where the end of a JPEG is missing, the rows that could not be decoded are left off; x and y of
    what remains stay as they were.

    Raises:
        ValueError: it is no readable image; TooLittleLeft: fewer than the share `least` of its
            rows are there.
    """
    try:
        return decode_bytes(path.read_bytes(), least=least)
    except TooLittleLeft as error:
        raise TooLittleLeft(f"{path}: {error}") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: not a readable image") from error


def decode_bytes(data: bytes, *, least: float = LEAST) -> NDArray[np.uint8]:
    """As `decode`, of the bytes of a file; passes on what Pillow raises."""
    try:
        return _grey(data)
    except (OSError, SyntaxError, ValueError):
        # A few bytes are missing at the end (49 files of FracAtlas): end the stream properly.
        grey = _grey(data + END_OF_JPEG)
    return cut_bottom(grey, least=least)


def is_truncated(data: bytes) -> bool:
    """Whether an image file ends before its picture does."""
    try:
        _grey(data)
    except (OSError, SyntaxError, ValueError):
        return True
    return False


def _grey(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith(("I", "F")):
            deep = np.asarray(upright, dtype=np.float64)
            span = max(float(deep.max() - deep.min()), 1.0)
            return np.round((deep - deep.min()) / span * 255).astype(np.uint8)
        return np.asarray(upright.convert("L"), dtype=np.uint8)


def missing_rows(grey: NDArray[np.uint8]) -> int:
    """Rows at the bottom whose right end the decoder could only paint grey."""
    painted = (grey[:, -8:] == FILLER).all(axis=1)
    whole = np.flatnonzero(~painted)
    return len(painted) - 1 - int(whole[-1]) if len(whole) else len(painted)


def cut_bottom(grey: NDArray[np.uint8], *, least: float = LEAST) -> NDArray[np.uint8]:
    """Leave off the band at the bottom that the decoder could only paint grey."""
    rows = len(grey) - missing_rows(grey)
    if rows < max(least * len(grey), 1):
        raise TooLittleLeft(f"only {rows} of {len(grey)} rows are in the file")
    return grey[:rows]
