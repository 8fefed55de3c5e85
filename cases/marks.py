"""Marks of an analysis: boxes where its model's map was strongest, as they are stored and told."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.models import Analysis, Radiograph
from cases.vocabulary import FindingLevel

NUMBERS = ("x", "y", "width", "height", "peak")
MOST = 10
"""More of them would be a pattern and not places."""
MARKED_LEVELS = frozenset({FindingLevel.FRACTURE, FindingLevel.INCONCLUSIVE})
PLACES = (
    (gettext_lazy("upper left"), gettext_lazy("upper middle"), gettext_lazy("upper right")),
    (gettext_lazy("middle left"), gettext_lazy("middle"), gettext_lazy("middle right")),
    (gettext_lazy("lower left"), gettext_lazy("lower middle"), gettext_lazy("lower right")),
)
ABOUT = gettext_lazy(
    "Boxes stand where the network's map was strongest: solid if it suspects a fracture, dashed if "
    "it is uncertain. They neither outline nor prove a fracture, and one may lie outside them."
)
"""What they are and are not; stands wherever they are drawn."""


@dataclass(frozen=True)
class Mark:
    """A box in pixels of the radiograph as it is kept, from its upper left corner, and the highest
    value (0..1) of the map in it."""

    x: float
    y: float
    width: float
    height: float
    peak: float


def checked(marks: Sequence[Mapping[str, Any]], *, level: str) -> list[dict[str, float]]:
    """What may be stored with an answer of this level. ValueError for anything that could not be
    drawn, or that the answer's words would contradict."""
    if marks and level not in MARKED_LEVELS:
        raise ValueError(f"no marks belong to {level}")
    if len(marks) > MOST:
        raise ValueError(f"{len(marks)} marks; at most {MOST} are kept")
    return [_checked(mark) for mark in marks]


def marks_of(analysis: Analysis | None) -> list[Mark]:
    """Those of a stored analysis, strongest first; none of one that is older than marks."""
    if analysis is None or analysis.level not in MARKED_LEVELS:
        return []
    return [Mark(**mark) for mark in analysis.marks]


def are_dashed(analysis: Analysis) -> bool:
    """Whether only the sensitive threshold was passed; solid above the specific one."""
    return analysis.level == FindingLevel.INCONCLUSIVE


def told(marks: Sequence[Mark], analysis: Analysis, radiograph: Radiograph) -> str:
    """All of them in one sentence, for who does not see them."""
    count = ngettext("%(n)d mark", "%(n)d marks", len(marks)) % {"n": len(marks)}
    line = _("dashed") if are_dashed(analysis) else _("solid")
    return f"{count} ({line}): {'; '.join(_each(marks, radiograph))}."


def _each(marks: Sequence[Mark], radiograph: Radiograph) -> Iterator[str]:
    for mark in marks:
        yield _("%(place)s, map up to %(peak)s") % {
            "place": _place(mark, radiograph),
            "peak": f"{mark.peak:.2f}",
        }


def _place(mark: Mark, radiograph: Radiograph) -> str:
    """Which ninth of the radiograph, as it was sent, holds the middle of the mark."""
    across = (mark.x + mark.width / 2) / radiograph.width
    down = (mark.y + mark.height / 2) / radiograph.height
    row, column = (min(2, max(0, int(3 * share))) for share in (down, across))
    return str(PLACES[row][column])


def _checked(mark: Mapping[str, Any]) -> dict[str, float]:
    if set(mark) != set(NUMBERS):
        raise ValueError(f"a mark has {', '.join(NUMBERS)}, not {', '.join(sorted(mark))}")
    numbers = {name: float(mark[name]) for name in NUMBERS}
    drawable = all(math.isfinite(number) for number in numbers.values())
    within = numbers["x"] >= 0 and numbers["y"] >= 0 and 0 <= numbers["peak"] <= 1
    if not (drawable and within and numbers["width"] > 0 and numbers["height"] > 0):
        raise ValueError(f"no mark can be drawn from {numbers}")
    return numbers
