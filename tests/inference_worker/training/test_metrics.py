"""Figures, intervals, calibration and operating points on numbers that can be checked by hand."""

import numpy as np
import pytest

from inference_worker.bundle import Thresholds
from inference_worker.training.calibrate import (
    SENSITIVITY,
    SPECIFICITY,
    apply,
    calibrate,
    operating_points,
)
from inference_worker.training.metrics import (
    FIGURES,
    Scored,
    level_figures,
    measure,
    weights_for,
)


@pytest.fixture
def ten() -> Scored:
    """Four fractured: 3 found, 1 missed; six others: 2 false alarms; five groups of two."""
    return Scored(
        np.array([0.9, 0.8, 0.7, 0.2, 0.6, 0.55, 0.4, 0.3, 0.1, 0.05]),
        np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]),
        np.array(list("aabbccddee")),
    )


def test_figures_by_hand(ten: Scored) -> None:
    values = {name: figure(ten) for name, figure in FIGURES.items()}
    assert values["accuracy"] == pytest.approx(7 / 10)
    assert values["precision"] == pytest.approx(3 / 5)
    assert values["recall"] == pytest.approx(3 / 4)
    assert values["specificity"] == pytest.approx(4 / 6)
    assert values["f1"] == pytest.approx(2 * 3 / (5 + 4))
    # 24 pairs; the missed one stands below four of the six others.
    assert values["auc"] == pytest.approx(20 / 24)
    assert 0 < values["brier_balanced"] < 0.25


def test_level_figures_by_hand(ten: Scored) -> None:
    values = {name: figure(ten) for name, figure in level_figures(Thresholds(0.25, 0.65)).items()}
    assert values == pytest.approx(
        {
            "sensitivity_at_rule_out": 3 / 4,
            "specificity_at_rule_out": 2 / 6,
            "sensitivity_at_rule_in": 3 / 4,
            "specificity_at_rule_in": 1.0,
            "inconclusive": 4 / 10,
        }
    )


def test_intervals_hold_the_value_and_repeat(ten: Scored) -> None:
    measured = measure(ten, FIGURES, repetitions=200)
    for name, row in measured.items():
        assert None not in row.values()
        assert row["low"] <= row["value"] <= row["high"], name  # type: ignore[operator]
    assert measured == measure(ten, FIGURES, repetitions=200)


def test_groups_not_images_are_drawn() -> None:
    """Ten copies of everything in the same groups know no more: the interval must not shrink."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60)
    scored = Scored(labels * 0.2 + rng.random(60) * 0.8, labels, np.arange(60).astype(str))
    many = scored.take(np.tile(np.arange(60), 10))
    once = measure(scored, {"auc": FIGURES["auc"]}, repetitions=300)["auc"]
    copied = measure(many, {"auc": FIGURES["auc"]}, repetitions=300)["auc"]
    assert copied["low"] == pytest.approx(once["low"], abs=0.02)
    assert copied["high"] == pytest.approx(once["high"], abs=0.02)


def test_what_is_not_defined_is_null() -> None:
    silent = Scored(np.full(8, 0.1), np.array([0, 1] * 4), np.array(list("abcdefgh")))
    row = measure(silent, {"precision": FIGURES["precision"]}, repetitions=20)["precision"]
    assert row == {"value": None, "low": None, "high": None}


def test_weights_give_the_stated_prevalence() -> None:
    labels = np.array([1] * 2 + [0] * 8, dtype=np.float32)
    weights = weights_for(labels, prevalence=0.3)
    assert weights.mean() == pytest.approx(1)
    assert np.average(labels, weights=weights) == pytest.approx(0.3)


def test_calibration_finds_the_line_it_was_drawn_from() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, 20_000)
    labels = (rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits + 0.8)))).astype(np.float32)
    line = calibrate(logits, labels, np.ones(20_000, np.float32), prevalence=float(labels.mean()))
    assert line.slope == pytest.approx(0.5, abs=0.05)
    assert line.intercept == pytest.approx(0.8, abs=0.05)


def test_calibration_to_a_prevalence() -> None:
    """At the stated prevalence the mean probability is that prevalence."""
    rng = np.random.default_rng(2)
    labels = (rng.random(4000) < 0.15).astype(np.float32)
    logits = labels * 1.5 + rng.normal(0, 1, 4000)
    weights = weights_for(labels, prevalence=0.5)
    line = calibrate(logits, labels, weights, prevalence=0.5)
    assert np.average(apply(line, logits), weights=weights) == pytest.approx(0.5, abs=0.005)


def test_no_line_through_a_handful_or_backwards() -> None:
    few = np.array([1.0, 0.0] * 5, np.float32)
    assert calibrate(np.arange(10.0), few, np.ones(10, np.float32), prevalence=0.5).slope == 1
    labels = np.array([1.0] * 30 + [0.0] * 30, np.float32)
    backwards = calibrate(
        -5 * labels.astype(float), labels, np.ones(60, np.float32), prevalence=0.5
    )
    assert (backwards.slope, backwards.intercept) == (1, 0)


def test_operating_points_reach_what_they_promise() -> None:
    rng = np.random.default_rng(4)
    labels = np.repeat([1.0, 0.0], 500).astype(np.float32)
    probabilities = 1 / (1 + np.exp(-(2 * labels - 1 + rng.normal(0, 1.5, 1000))))
    points = operating_points(probabilities, labels)
    assert (probabilities[labels == 1] >= points.rule_out).mean() >= SENSITIVITY - 0.01
    assert (probabilities[labels == 0] <= points.rule_in).mean() >= SPECIFICITY - 0.01
    assert points.rule_out < 0.5 < points.rule_in


@pytest.mark.parametrize("sure", [0.0, 0.5, 1.0])
def test_operating_points_always_have_an_order(sure: float) -> None:
    labels = np.array([1.0, 0.0] * 10, np.float32)
    points = operating_points(np.abs(labels.astype(float) - 1 + sure), labels)
    assert 0 < points.rule_out < 0.5 < points.rule_in < 1
