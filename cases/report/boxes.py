"""The software's marks as a report draws them, as the page does: a light line upon a dark one."""

from collections.abc import Iterator

from PIL import ImageDraw

LIGHT, DARK = (255, 226, 122), (7, 9, 11)
DASH, GAP = 4, 3
"""Lengths in widths of the light line."""

Edge = tuple[float, float, float, float]


def draw_box(pen: ImageDraw.ImageDraw, box: Edge, *, thick: float, dashed: bool) -> None:
    """Lines along `box` (left, top, right, bottom), in pixels."""
    left, top, right, bottom = box
    sides = [
        (left, top, right, top),
        (right, top, right, bottom),
        (right, bottom, left, bottom),
        (left, bottom, left, top),
    ]
    lines = [one for side in sides for one in (_dashes(side, thick) if dashed else [side])]
    for colour, width in ((DARK, 2.5 * thick), (LIGHT, thick)):
        for line in lines:
            pen.line(line, fill=colour, width=max(1, round(width)))


def _dashes(side: Edge, thick: float) -> Iterator[Edge]:
    x, y, to_x, to_y = side
    long = max(abs(to_x - x), abs(to_y - y))
    at = 0.0
    while at < long:
        start, end = at / long, min(1.0, (at + DASH * thick) / long)
        yield (
            x + (to_x - x) * start,
            y + (to_y - y) * start,
            x + (to_x - x) * end,
            y + (to_y - y) * end,
        )
        at += (DASH + GAP) * thick
