"""A chart of days as an SVG drawing: the numbers that its template writes down.

The drawing is stretched to the width of the page; words stand around it in HTML, where they keep
their size. All numbers of it are text: a decimal comma of the language would break the drawing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

WIDTH, HEIGHT = 1000.0, 200.0
STEPS = (2, 4, 6, 8, 10)
"""Ends of an axis, times a power of ten: half of each is a whole number too."""


@dataclass(frozen=True)
class Bar:
    """A column; `title` is what it says when somebody points at its day."""

    x: str
    y: str
    width: str
    height: str
    slot_x: str
    slot_width: str
    title: str


@dataclass(frozen=True)
class DayChart:
    """Bars for one number of each day and a line with steps for another; `ticks` from above."""

    bars: Sequence[Bar]
    line: str
    ticks: Sequence[int]
    width: str = f"{WIDTH:.0f}"
    height: str = f"{HEIGHT:.0f}"
    middle: str = f"{HEIGHT / 2:.0f}"


def day_chart(bars: Sequence[int], line: Sequence[int], titles: Sequence[str]) -> DayChart:
    """A chart of at least one day; all three are as long as there are days."""
    top = axis_end(max(*bars, *line))
    return DayChart(
        bars=list(_bars(bars, titles, top)), line=_steps(line, top), ticks=(top, top // 2, 0)
    )


def axis_end(largest: int) -> int:
    """The end of an axis from 0 that holds the largest number and has a whole middle."""
    ends = (step * 10**power for power in count() for step in STEPS)
    return next(end for end in ends if end >= largest)


def _bars(values: Sequence[int], titles: Sequence[str], top: int) -> Iterator[Bar]:
    slot = WIDTH / len(values)
    gap = slot * 0.15 if len(values) < 100 else 0
    for place, (value, title) in enumerate(zip(values, titles, strict=True)):
        height = HEIGHT * value / top
        yield Bar(
            x=f"{place * slot + gap:.2f}",
            y=f"{HEIGHT - height:.2f}",
            width=f"{slot - 2 * gap:.2f}",
            height=f"{height:.2f}",
            slot_x=f"{place * slot:.2f}",
            slot_width=f"{slot:.2f}",
            title=title,
        )


def _steps(values: Sequence[int], top: int) -> str:
    """A path that is level for the width of each day."""
    slot = WIDTH / len(values)
    heights = [f"{HEIGHT - HEIGHT * value / top:.2f}" for value in values]
    ends = (f"V{y} H{place * slot:.2f}" for place, y in enumerate(heights, 1))
    return f"M0 {heights[0]} " + " ".join(ends)
