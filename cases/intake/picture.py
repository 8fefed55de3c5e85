"""A decoded radiograph on its way to the disk, and the grey values people and the model see."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from cases.intake.errors import IntakeError
from cases.intake.limits import Limits

# Full-range percentiles for sources without a window: a few dead or burnt pixels must not
# squeeze everything else into a few grey levels.
LOW_PERCENTILE, HIGH_PERCENTILE = 0.05, 99.95
# A pixel is coloured where the largest and smallest of R, G, B are this far apart, out of 255 ...
CHROMA = 10
# ... and an image is, where this share of its lit pixels is; below it are markers and stamps.
COLOURED_SHARE = 0.1
_LIT = 64
_CHROMA_SIDE = 512
TRUNCATED_TAIL = 0.02
"""At most this share of an image may be missing: below it lie the last rows of a film's border."""


@dataclass
class Picture:
    """What a decoder made of a file, before anything is written."""

    grey: np.ndarray
    """uint8, (rows, columns), bone bright."""
    bits: int
    original: bytes
    original_suffix: str
    deep: np.ndarray | None = None
    """uint16, (rows, columns), stored values, bone bright."""
    not_assessable: str = ""
    warnings: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    external_ids: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    pixel_spacing_mm: tuple[float, float] | None = None
    pixel_spacing_kind: str = ""


def check_size(width: int, height: int, limits: Limits) -> None:
    """Refuse by the header, before a single pixel is decoded."""
    if width * height > limits.max_pixels:
        raise IntakeError(
            "too_many_pixels",
            f"The image has {width} x {height} pixels, more than the "
            f"{limits.max_pixels // 1_000_000} million that are taken: send it in a smaller size.",
        )
    if min(width, height) < limits.min_side:
        raise IntakeError(
            "too_small",
            f"The image has {width} x {height} pixels, and {limits.min_side} a side are the least "
            "that are taken: send it in its original size.",
        )


def check_complete(missing: float) -> list[str]:
    """The warning codes; an image that lacks more than a sliver is refused. `missing` is 0..1."""
    if missing > TRUNCATED_TAIL:
        raise IntakeError(
            "truncated",
            f"The file is cut off and {max(1, round(missing * 100))} % of the image is missing: "
            "send the whole file again.",
        )
    return ["truncated_tail"] if missing else []


def coloured_share(image: Image.Image) -> float:
    """The share (0..1) of what is lit in an RGB image that is coloured rather than grey.

    Measured on an image averaged down to about 512 px a side, so that the chroma noise of JPEG
    compression and of camera sensors cancels out and only colour that people would see counts.
    The dark parts do not count: a tint shows by the light that passes the film.
    """
    small = image.reduce(max(1, max(image.size) // _CHROMA_SIDE))
    values = np.asarray(small)
    brightest = values.max(axis=2)
    lit = brightest >= _LIT
    coloured = (brightest - values.min(axis=2) > CHROMA) & lit
    return float(coloured.sum() / max(int(lit.sum()), 1))


def percentile_bounds(counts: np.ndarray) -> tuple[int, int]:
    """The indices of a histogram between which all but its outermost values lie."""
    total = np.cumsum(counts)
    low = int(np.searchsorted(total, total[-1] * LOW_PERCENTILE / 100, side="right"))
    high = int(np.searchsorted(total, total[-1] * HIGH_PERCENTILE / 100, side="left"))
    return low, max(high, low)


def histogram(values: np.ndarray, levels: int) -> np.ndarray:
    """Counts of 0 .. levels - 1 in an unsigned array, strip by strip: bincount copies to int64."""
    counts = np.zeros(levels, dtype=np.int64)
    for start in range(0, values.shape[0], 256):
        counts += np.bincount(values[start : start + 256].ravel(), minlength=levels)
    return counts


def stretched(values: np.ndarray) -> np.ndarray:
    """uint16 -> uint8, linear between the outer percentiles of the values."""
    low, high = percentile_bounds(histogram(values, 1 << 16))
    domain = np.arange(1 << 16, dtype=np.float64)
    table = np.clip((domain - low) / max(high - low, 1), 0, 1) * 255
    return np.asarray(np.rint(table).astype(np.uint8)[values])
