"""What a model's manifest says of its numbers, also where it says nothing or nonsense."""

import math
from typing import Any

import pytest

from cases.meaning import Likeness, class_scores, scored_like, shows_places
from cases.models import Analysis, ModelVersion

BINS = [
    {"low": 0.0, "high": 0.1, "images": 900, "share": 0.02, "share_low": 0.01, "share_high": 0.03},
    {"low": 0.1, "high": 0.6, "images": 200, "share": 0.3, "share_low": 0.24, "share_high": 0.37},
    {"low": 0.6, "high": 1.0, "images": 300, "share": 0.9, "share_low": 0.86, "share_high": 0.93},
]


def manifest(bins: Any = BINS, prevalence: Any = 0.176) -> dict[str, Any]:
    return {"metrics": {"scored_like": bins}, "calibration": {"prevalence": prevalence}}


@pytest.mark.parametrize(
    ("probability", "share"),
    [
        (0.0, 0.02),
        (0.0999, 0.02),
        (0.1, 0.3),  # an edge belongs to the bin that begins there
        (math.nextafter(0.6, 0), 0.3),
        (0.6, 0.9),
        (1.0, 0.9),
    ],
)
@pytest.mark.parametrize("bins", [BINS, BINS[::-1]])
def test_the_bin_that_holds_a_probability(
    probability: float, share: float, bins: list[dict[str, Any]]
) -> None:
    found = scored_like(manifest(bins), probability)
    assert found is not None
    assert found.share == share
    assert found.prevalence == 0.176


def test_counts_of_a_hundred_radiographs() -> None:
    assert scored_like(manifest(), 0.3) == Likeness(0.3, 0.24, 0.37, 0.176)
    likeness = Likeness(0.304, 0.2449, 0.366, 0.176)
    assert (likeness.of_100, likeness.interval_of_100) == ("30", (24, 37))
    assert Likeness(0.0, 0.0, 0.012, 0.176).of_100 == "fewer than 1"
    assert Likeness(0.997, 0.98, 1.0, 0.176).of_100 == "more than 99"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"metrics": {"scored_like": BINS}},  # for which prevalence?
        {"metrics": None, "calibration": {"prevalence": 0.5}},
        manifest(None),
        manifest([]),
        manifest("bins"),
        manifest([{"low": 0, "high": 1}]),
        manifest([{**BINS[0], "high": 1, "share": None}]),
        manifest([{**BINS[0], "high": 1, "share_low": 0.5}]),
        manifest([{**BINS[0], "high": 1, "share_high": math.nan}]),
        manifest([BINS[0], BINS[2]]),  # nothing between .1 and .6
        manifest([BINS[2]]),
        manifest(prevalence=0),
        manifest(prevalence=None),
    ],
)
def test_what_was_not_measured_is_not_said(said: dict[str, Any]) -> None:
    assert scored_like(said, 0.3) is None


def test_without_a_probability_there_is_nothing_to_compare() -> None:
    assert scored_like(manifest(), None) is None


def analysis(scores: Any, **said: Any) -> Analysis:
    return Analysis(model_version=ModelVersion(manifest=said), class_scores=scores)


def test_classes_come_in_the_order_of_the_model() -> None:
    told = class_scores(
        analysis(
            {"bowing": 0.1, "greenstick_fracture": 0.7, "healthy": 0.2},
            class_names=["healthy", "greenstick_fracture", "bowing"],
            normal_class="healthy",
        )
    )
    assert [(one.name, one.score, one.stands_for_none) for one in told] == [
        ("Healthy", 0.2, True),
        ("Greenstick fracture", 0.7, False),
        ("Bowing", 0.1, False),
    ]


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"fracture": 0.8}, {"class_names": ["fracture"]}),
        ({}, {"class_names": ["a", "b"]}),
        ({"a": 0.5, "b": 0.5}, {}),
        ({"a": 0.5, "b": 0.5}, {"class_names": None}),
        ([0.5, 0.5], {"class_names": ["a", "b"]}),
        ({"a": "high", "b": None}, {"class_names": ["a", "b", 3]}),
    ],
)
def test_one_class_or_none_is_no_list(scores: Any, said: dict[str, Any]) -> None:
    assert class_scores(analysis(scores, **said)) == []


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ({}, False),
        ({"map": None}, False),
        ({"map": {"kind": "grad_cam"}}, False),
        ({"map": {"kind": "fracture_probability", "faint": 0.3}}, True),
    ],
)
def test_which_maps_show_places(said: dict[str, Any], places: bool) -> None:
    assert shows_places(said) is places
