"""Marks as they are kept and told."""

from typing import Any

import pytest

from cases.marks import MOST, Mark, are_dashed, checked, marks_of, told
from cases.models import Analysis, Radiograph

MARK = {"x": 10.0, "y": 20.0, "width": 30.0, "height": 40.0, "peak": 0.71}


@pytest.mark.parametrize("level", ["fracture", "inconclusive"])
def test_what_can_be_drawn_is_kept(level: str) -> None:
    assert checked([MARK, MARK | {"x": 0}], level=level) == [MARK, MARK | {"x": 0.0}]
    assert checked([], level="no_fracture_found") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"x": -1},
        {"width": 0},
        {"height": float("inf")},
        {"y": float("nan")},
        {"peak": 1.01},
        {"colour": "red"},
        {"x": "left"},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mark|could not convert"):
        checked([MARK | wrong], level="fracture")


def test_nor_what_lacks_a_number_or_contradicts_the_answer() -> None:
    with pytest.raises(ValueError, match="a mark has x, y, width, height, peak"):
        checked([{"x": 1}], level="fracture")
    with pytest.raises(ValueError, match="no marks belong to no_fracture_found"):
        checked([MARK], level="no_fracture_found")
    with pytest.raises(ValueError, match=f"at most {MOST}"):
        checked([MARK] * (MOST + 1), level="fracture")


def test_they_are_told_by_line_and_place() -> None:
    radiograph = Radiograph(width=300, height=300)
    analysis = Analysis(
        level="inconclusive",
        marks=[MARK, MARK | {"x": 240, "y": 240, "peak": 0.4}, MARK | {"x": 135, "y": 130}],
    )
    said = told(marks_of(analysis), analysis, radiograph)
    assert said == (
        "3 marks (dashed): upper left, map up to 0.71; lower right, map up to 0.40; "
        "middle, map up to 0.71."
    )
    analysis.level = "fracture"
    one = told(marks_of(analysis)[:1], analysis, radiograph)
    assert one == "1 mark (solid): upper left, map up to 0.71."


def test_an_analysis_without_any_has_none() -> None:
    assert marks_of(None) == []
    assert marks_of(Analysis(level="fracture")) == []
    assert marks_of(Analysis(level="fracture", marks=[MARK])) == [Mark(**MARK)]
    assert not are_dashed(Analysis(level="fracture"))
