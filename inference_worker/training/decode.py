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


def decode(path: Path) -> NDArray[np.uint8]:
    """Read one image file as (H, W) grey, turned as its EXIF says; ValueError when it is no
    readable image."""
    data = path.read_bytes()
    try:
        return _grey(data)
    except (OSError, SyntaxError, ValueError):
        pass
    try:
        # A few bytes are missing at the end (59 files of FracAtlas): end the stream properly, mend
        # the last band.
        return mend_bottom(_grey(data + END_OF_JPEG))
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: not a readable image") from error


def _grey(data: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith(("I", "F")):
            deep = np.asarray(upright, dtype=np.float64)
            span = max(float(deep.max() - deep.min()), 1.0)
            return np.round((deep - deep.min()) / span * 255).astype(np.uint8)
        return np.asarray(upright.convert("L"), dtype=np.uint8)


def mend_bottom(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Continue the last whole row over a band that the decoder could only paint grey.

    All truncated files of FracAtlas are not fractured: neither the grey band nor a cut-off shape
    may tell a model so.
    """
    painted = (grey[:, -8:] == FILLER).all(axis=1)
    band = 0
    while band < len(painted) and painted[-1 - band]:
        band += 1
    # Plain background needs few bytes: in FracAtlas up to 54 % of the rows hang on the bytes that
    # are missing.
    if band > 0.75 * len(painted):
        raise ValueError("most of the image is missing")
    mended = grey.copy()
    if band:
        mended[-band:] = mended[-band - 1]
    return mended
