"""Boxes from hand-made maps: how many, where, in which order."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference_worker import assessment
from inference_worker.assessment import assess
from inference_worker.bundle import load_bundle
from inference_worker.classifier import Prediction
from inference_worker.manifest import ABSOLUTE, RELATIVE, MapStyle
from inference_worker.marks import MOST, Mark, marks_of
from tests.factories import phantom
from tests.inference_worker.samples import written_bundle

Map = NDArray[np.float32]


def empty(rows: int = 100, columns: int = 80) -> Map:
    return np.zeros((rows, columns), np.float32)


def boxes(map_: Map, **changes: Any) -> list[Mark]:
    return marks_of(map_, **{"width": 160, "height": 200, "cut": 0.3, **changes})


def test_a_box_lies_around_the_place_in_pixels_of_the_radiograph() -> None:
    map_ = empty()
    map_[40:50, 20:30] = 0.5
    map_[44, 25] = 0.8
    # Twice as many pixels as cells, and a margin of one cell.
    assert boxes(map_) == [Mark(x=38, y=78, width=24, height=24, peak=0.8)]


def test_the_cut_itself_is_above_it_and_nothing_below() -> None:
    map_ = empty()
    map_[10, 10] = 0.3
    assert len(boxes(map_)) == 1
    map_[10, 10] = np.nextafter(np.float32(0.3), np.float32(0))
    assert boxes(map_) == []
    assert boxes(empty()) == []


def test_the_strongest_come_first_and_no_more_than_a_few() -> None:
    map_ = empty()
    for number in range(MOST + 3):
        map_[4 + 12 * number, 8] = 0.4 + 0.05 * number
    peaks = [mark.peak for mark in boxes(map_)]
    assert len(peaks) == MOST
    assert peaks == sorted(peaks, reverse=True)
    assert peaks[0] == pytest.approx(0.4 + 0.05 * (MOST + 2))


def test_a_speck_gets_a_box_that_can_be_seen() -> None:
    map_ = empty()
    map_[50, 40] = 0.9
    (mark,) = boxes(map_)
    assert (mark.width, mark.height) == (10, 10)
    assert (mark.x + mark.width / 2, mark.y + mark.height / 2) == (81, 101)


def test_what_touches_at_a_corner_is_one_place() -> None:
    map_ = empty()
    map_[20:24, 20:24] = map_[24:28, 24:28] = 0.6
    assert len(boxes(map_)) == 1


def test_boxes_that_overlap_become_one_that_holds_both() -> None:
    map_ = empty()
    map_[20:60, 20] = map_[60, 20:60] = 0.5  # an angle
    map_[30:34, 40:44] = 0.9  # within its box, and apart from it
    map_[5, 70] = 0.4
    found = boxes(map_)
    assert [mark.peak for mark in found] == pytest.approx([0.9, 0.4])
    assert (found[0].x, found[0].y, found[0].width, found[0].height) == (38, 38, 84, 86)


def test_a_chain_of_overlaps_ends_in_boxes_that_are_apart() -> None:
    chance = np.random.default_rng(1)
    for _ in range(20):
        map_ = chance.random((60, 60)).astype(np.float32) ** 8
        found = marks_of(map_, width=60, height=60, cut=0.3, most=1000)
        for one in found:
            assert not any(
                one.x < other.x + other.width
                and other.x < one.x + one.width
                and one.y < other.y + other.height
                and other.y < one.y + one.height
                for other in found
                if other is not one
            )


def test_at_the_edge_a_box_ends_with_the_radiograph() -> None:
    map_ = empty()
    map_[0:3, 0:3] = map_[95:, 75:] = 0.7
    for mark in boxes(map_):
        assert mark.x >= 0
        assert mark.y >= 0
        assert mark.x + mark.width <= 160
        assert mark.y + mark.height <= 200


def test_a_map_that_is_strong_everywhere_is_one_box_around_everything() -> None:
    assert boxes(np.ones((10, 8), np.float32)) == [Mark(0, 0, 160, 200, 1)]


class Said:
    """A classifier that always says the same."""

    engine = "none"

    def __init__(self, bundle: Any, logit: float) -> None:
        map_ = empty()
        map_[10:20, 10:20] = 0.55
        self.bundle, self.prediction = bundle, Prediction(logit, {"fracture": 0.5}, map_, {})

    def classify(self, canonicals: Any) -> list[Prediction]:
        return [self.prediction for _ in canonicals]


@pytest.mark.parametrize(
    ("kind", "logit", "marks"),
    [
        (ABSOLUTE, 3.0, 1),
        (ABSOLUTE, 0.5, 1),
        (ABSOLUTE, -3.0, 0),
        (RELATIVE, 3.0, 0),
    ],
)
def test_only_absolute_maps_of_suspected_fractures_are_marked(
    tmp_path: Any, kind: str, logit: float, marks: int
) -> None:
    """The drawn bundle: rule_out 0.4, rule_in 0.6, slope 2, intercept -1."""
    bundle = load_bundle(written_bundle(tmp_path / "drawn-2", map={"kind": kind, "mark": 0.5}))
    assert len(assess(phantom(), Said(bundle, logit)).marks) == marks
    higher = replace(bundle, map_style=MapStyle(kind, mark=0.6))
    assert assess(phantom(), Said(higher, logit)).marks == []


def test_marks_and_heatmap_lie_on_the_same_place(tmp_path: Any) -> None:
    bundle = load_bundle(written_bundle(tmp_path / "drawn-2", map={"kind": ABSOLUTE}))
    (mark,) = assessment.assess(phantom(), Said(bundle, 3.0)).marks
    # Of 96 x 128 pixels; the map has 80 x 100 cells and is strong in the tenth to the twentieth.
    assert mark.x + mark.width / 2 == pytest.approx(15 / 80 * 96, abs=0.1)
    assert mark.y + mark.height / 2 == pytest.approx(15 / 100 * 128, abs=0.1)
