"""Boxes around the places where a map of fracture probabilities is strong.

They point; they outline nothing: a box is as large as the map is blurred.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

MOST = 5
"""A radiograph with more places than this is marked nearly everywhere, and that points nowhere."""
MARGIN = 0.01
"""Of the radiograph's longer side: the line of a box is not to lie on what it points to."""
SMALLEST = 0.04
"""Of the longer side, too: a speck of the map says no more than roughly where."""

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom; right and bottom lie outside."""


@dataclass(frozen=True)
class Mark:
    """A box in pixels of the canonical radiograph, from its upper left corner, and the highest
    value (0..1) of the map in it."""

    x: float
    y: float
    width: float
    height: float
    peak: float

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def marks_of(
    map_: NDArray[np.float32], *, width: int, height: int, cut: float, most: int = MOST
) -> list[Mark]:
    """The connected places where `map_` is at least `cut`, strongest first, `most` of them.

    The map is (h, w) in 0..1 and covers a radiograph of width x height pixels. Boxes that overlap
    become one: lines across one another are no place that can be looked at.
    """
    rows, columns = map_.shape
    strong = (map_ >= cut).astype(np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(strong, connectivity=8)
    boxes = [_box(place, rows, columns) for place in found[1:]]
    marks = [_mark(map_, box, width / columns, height / rows) for box in _apart(boxes)]
    return sorted(marks, key=lambda mark: (-mark.peak, mark.y, mark.x))[:most]


def _box(place: NDArray[np.int32], rows: int, columns: int) -> Box:
    """A component's box with its margin, within the map."""
    longer = max(rows, columns)
    left, right = _stretched(
        place[cv2.CC_STAT_LEFT], place[cv2.CC_STAT_WIDTH], longer, at_most=columns
    )
    top, bottom = _stretched(
        place[cv2.CC_STAT_TOP], place[cv2.CC_STAT_HEIGHT], longer, at_most=rows
    )
    return left, top, right, bottom


def _stretched(start: int, length: int, longer: int, *, at_most: int) -> tuple[int, int]:
    """From where to where a side of a box goes."""
    more = max(round(MARGIN * longer), math.ceil((SMALLEST * longer - length) / 2))
    return max(0, int(start) - more), min(at_most, int(start) + int(length) + more)


def _apart(boxes: list[Box]) -> list[Box]:
    """The same places in boxes that do not overlap."""
    kept: list[Box] = []
    for box in boxes:
        # What it grows to may reach further boxes.
        while others := [one for one in kept if _overlap(one, box)]:
            kept = [one for one in kept if one not in others]
            box = _around([box, *others])  # noqa: PLW2901
        kept.append(box)
    return kept


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _around(boxes: list[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _mark(map_: NDArray[np.float32], box: Box, across: float, down: float) -> Mark:
    left, top, right, bottom = box
    return Mark(
        x=round(left * across, 1),
        y=round(top * down, 1),
        width=round((right - left) * across, 1),
        height=round((bottom - top) * down, 1),
        peak=round(float(map_[top:bottom, left:right].max()), 4),
    )
