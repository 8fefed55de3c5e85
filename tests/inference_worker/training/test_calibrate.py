"""Platt's line across folds, and how far its probabilities can be taken at their word."""

from dataclasses import replace

import numpy as np
import pytest

from inference_worker.training.bootstrap import Bootstrap
from inference_worker.training.calibrate import apply, cross_fitted, platt, weights_for
from inference_worker.training.reliability import (
    class_weights,
    equal_mass,
    expected_error,
    reliability,
)
from tests.inference_worker.training.scored import made_up


def test_the_line_states_the_prevalence() -> None:
    scores = made_up(images=3000, share=0.5)
    line = platt(scores.logits, scores.fractured, prevalence=0.176)
    said = apply(line, scores.logits)
    weights = weights_for(scores.fractured.astype(float), prevalence=0.176)
    assert np.average(said, weights=weights) == pytest.approx(0.176, abs=0.002)
    # Two normal distributions 2 apart: the log-likelihood ratio has slope 2.
    assert line.slope == pytest.approx(2, abs=0.15)


def test_weights_give_the_stated_prevalence() -> None:
    labels = np.array([1] * 2 + [0] * 8)
    weights = weights_for(labels, prevalence=0.3)
    assert weights.mean() == pytest.approx(1)
    assert np.average(labels, weights=weights) == pytest.approx(0.3)


def test_the_line_is_the_one_that_the_labels_were_drawn_from() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, 20_000)
    fractured = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits + 0.8)))
    line = platt(logits, fractured, prevalence=float(fractured.mean()))
    assert line.slope == pytest.approx(0.5, abs=0.05)
    assert line.intercept == pytest.approx(0.8, abs=0.05)


def test_no_line_through_a_handful_or_backwards() -> None:
    few = np.arange(10) % 2 == 0
    assert platt(np.arange(10.0), few, prevalence=0.5).slope == 1
    fractured = np.arange(60) < 30
    scores = np.where(fractured, 5.0, 0.0).astype(np.float64)
    backwards = platt(-scores, fractured, prevalence=0.5)
    assert (backwards.slope, backwards.intercept) == (1, 0)


def test_no_radiograph_helps_to_draw_its_own_line() -> None:
    scores = made_up(images=600)
    before = cross_fitted(scores.logits, scores.fractured, scores.folds, prevalence=0.176)
    turned = scores.fractured.copy()
    turned[scores.folds == 0] = ~turned[scores.folds == 0]
    after = cross_fitted(scores.logits, turned, scores.folds, prevalence=0.176)
    np.testing.assert_array_equal(after[scores.folds == 0], before[scores.folds == 0])
    assert (after[scores.folds == 1] != before[scores.folds == 1]).any()


def test_one_fold_or_one_class_is_put_through_what_there_is() -> None:
    scores = made_up(images=300)
    one = np.zeros(300, int)
    line = platt(scores.logits, scores.fractured, prevalence=0.3)
    np.testing.assert_allclose(
        cross_fitted(scores.logits, scores.fractured, one, prevalence=0.3),
        apply(line, scores.logits),
    )
    nothing = np.zeros(300, bool)
    assert platt(scores.logits, nothing, prevalence=0.3).slope == 1


def test_far_logits_overflow_nowhere() -> None:
    line = platt(np.arange(3.0), np.zeros(3, bool), prevalence=0.5)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(apply(line, np.array([-2000.0, 0, 2000])), [0, 0.5, 1])


def test_brier_and_error_of_honest_and_of_boastful_probabilities() -> None:
    scores = made_up(images=6000)
    bootstrap = Bootstrap(scores.groups, draws=100)
    fit = reliability(scores.logits, scores.fractured, scores.folds, bootstrap, prevalence=0.176)
    assert fit["ece"] < 0.015
    assert fit["slope_left"] == pytest.approx(1, abs=0.03)
    assert fit["intercept_left"] == pytest.approx(0, abs=0.05)
    assert fit["brier"]["low"] < fit["brier"]["value"] < fit["brier"]["high"]
    assert fit["brier"]["value"] < fit["brier_of_prevalence"] == 0.145
    assert sum(row["images"] for row in fit["bins"]) == 6000
    said = apply(platt(scores.logits, scores.fractured, prevalence=0.176), scores.logits * 3)
    weights = class_weights(scores.fractured, 0.176)
    assert expected_error(said, scores.fractured, weights) > 3 * fit["ece"]


def test_brier_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss

    scores = made_up(images=500)
    fit = reliability(
        scores.logits,
        scores.fractured,
        scores.folds,
        Bootstrap(scores.groups, draws=10),
        prevalence=0.3,
    )
    said = cross_fitted(scores.logits, scores.fractured, scores.folds, prevalence=0.3)
    weights = class_weights(scores.fractured, 0.3)
    expected = brier_score_loss(scores.fractured, said, sample_weight=weights)
    assert fit["brier"]["value"] == pytest.approx(expected, abs=5e-5)


def test_error_by_hand() -> None:
    """Ten radiographs, each a bin of its own, none of them ever sure."""
    said = np.arange(1, 11) / 20
    fractured = np.array([False] * 5 + [True] * 5)
    weights = np.full(10, 0.1)
    expected = np.mean([*said[:5], *(1 - said[5:])])
    assert expected_error(said, fractured, weights) == pytest.approx(expected)


def test_bins_hold_equally_many_and_keep_ties_together() -> None:
    values = np.arange(100.0)[::-1]
    assert [len(rows) for rows in equal_mass(values, bins=10)] == [10] * 10
    assert values[equal_mass(values, bins=10)[0]].max() == 9
    tied = np.array([0.0] * 70 + [1.0] * 30)
    assert sorted(len(rows) for rows in equal_mass(tied, bins=10)) == [30, 70]
    assert [len(rows) for rows in equal_mass(np.zeros(7), bins=10)] == [7]


def test_few_folds_with_one_class_each_give_figures_all_the_same() -> None:
    scores = made_up(images=60)
    scores = replace(scores, folds=scores.labels)
    fit = reliability(
        scores.logits,
        scores.fractured,
        scores.folds,
        Bootstrap(scores.groups, draws=20),
        prevalence=0.176,
    )
    assert fit["brier"]["value"] is not None
