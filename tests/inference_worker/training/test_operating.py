"""Thresholds keep what they promise; what an answer is worth follows from Bayes' rule."""

import numpy as np
import pytest

from inference_worker.answer import FRACTURE, INCONCLUSIVE, level_of
from inference_worker.bundle import Thresholds
from inference_worker.training import calibrate, levels, operating
from inference_worker.training.bootstrap import Bootstrap
from tests.inference_worker.training.scored import made_up


def _found(apart: float, images: int = 900) -> tuple[np.ndarray, np.ndarray, Bootstrap]:
    scores = made_up(images=images, apart=apart)
    line = calibrate.platt(scores.logits, scores.fractured, prevalence=0.176)
    return (
        calibrate.apply(line, scores.logits),
        scores.fractured,
        Bootstrap(scores.groups, draws=500),
    )


@pytest.mark.parametrize("apart", [0.5, 2.0, 3.0])
def test_both_promises_are_kept_and_nothing_better_would_keep_them(apart: float) -> None:
    said, fractured, bootstrap = _found(apart)
    points = operating.find(said, fractured, bootstrap)
    rule_out, rule_in = points.thresholds.rule_out, points.thresholds.rule_in
    assert not points.crossed
    for kept, wanted in ((said >= rule_out, fractured), (said <= rule_in, ~fractured)):
        shares = bootstrap.shares(kept, wanted)
        assert shares[0] >= operating.WANTED
        assert np.percentile(shares[1:], 2.5) >= operating.LOWER_BOUND
    higher = said[fractured & (said >= rule_out * 1.002)].min() + 1e-9
    stricter = bootstrap.shares(said >= higher, fractured)
    assert stricter[0] < 0.95 or np.percentile(stricter[1:], 2.5) < 0.92
    lower = said[~fractured & (1 - said >= (1 - rule_in) * 1.002)].max() - 1e-9
    stricter = bootstrap.shares(said <= lower, ~fractured)
    assert stricter[0] < 0.95 or np.percentile(stricter[1:], 2.5) < 0.92


def test_the_bound_counts_too() -> None:
    """20 fractured in 20 groups: 19 found are 95 %, but a bootstrap of them goes down to 85 %."""
    fractured = np.arange(400) < 20
    said = np.where(fractured, 0.8, 0.1) + np.arange(400) / 1e4
    said[0] = 0.05
    points = operating.find(said, fractured, Bootstrap(np.arange(400).astype(str)))
    assert points.thresholds.rule_out < 0.05


def test_a_very_good_model_has_its_points_swapped() -> None:
    said, fractured, bootstrap = _found(6.0)
    points = operating.find(said, fractured, bootstrap)
    assert points.crossed
    assert points.thresholds.rule_out < points.thresholds.rule_in
    assert (said[fractured] >= points.thresholds.rule_out).mean() >= 0.95
    assert (said[~fractured] <= points.thresholds.rule_in).mean() >= 0.95


@pytest.mark.parametrize("same", [0.0, 0.1, 0.176, 0.5, 1.0])
def test_scores_that_tell_nothing_leave_everything_undecided(same: float) -> None:
    said, fractured = np.full(20, same), np.arange(20) % 2 == 0
    points = operating.find(said, fractured, Bootstrap(np.arange(20).astype(str), draws=50))
    assert 0 < points.thresholds.rule_out < points.thresholds.rule_in < 1
    if 0 < same < 1:
        assert operating.between(said, points.thresholds).all()


def test_one_class_gives_no_points() -> None:
    with pytest.raises(ValueError, match="one class"):
        operating.find(np.full(3, 0.5), np.zeros(3, bool), Bootstrap(np.array(list("abc"))))


def test_what_is_counted_is_what_is_served() -> None:
    thresholds = Thresholds(0.2, 0.6)
    said = np.array([0.0, 0.1999, 0.2, 0.4, 0.6, 0.6001, 1.0])
    served = [level_of(p, thresholds) for p in said]
    assert operating.CALLED["rule_in"](said, thresholds).tolist() == [s == FRACTURE for s in served]
    undecided = operating.between(said, thresholds).tolist()
    assert undecided == [s == INCONCLUSIVE for s in served]


def test_the_table_by_hand() -> None:
    """Eight of ten fractured found and ninety of a hundred others spared; six and ninety-eight."""
    fractured = np.array([True] * 10 + [False] * 100)
    said = np.array([0.9] * 6 + [0.3] * 2 + [0.01] * 2 + [0.9] * 2 + [0.3] * 8 + [0.01] * 90)
    table = levels.at_points(
        said,
        fractured,
        Thresholds(0.1, 0.8),
        Bootstrap(np.arange(110).astype(str), draws=100),
        prevalence=0.176,
    )
    out, into = table["rule_out"], table["rule_in"]
    assert out["sensitivity"]["value"] == 0.8
    assert out["specificity"]["value"] == 0.9
    assert into["sensitivity"]["value"] == 0.6
    assert into["specificity"]["value"] == 0.98
    assert out["npv"]["0.05"]["value"] == pytest.approx(
        0.95 * 0.9 / (0.95 * 0.9 + 0.05 * 0.2), abs=5e-5
    )
    assert into["ppv"]["0.3"]["value"] == pytest.approx(
        0.3 * 0.6 / (0.3 * 0.6 + 0.7 * 0.02), abs=5e-5
    )
    assert out["accuracy"]["value"] == pytest.approx(0.176 * 0.8 + 0.824 * 0.9, abs=5e-5)
    precision, recall = out["ppv"]["0.176"]["value"], 0.8
    assert out["f1"]["value"] == pytest.approx(
        2 * precision * recall / (precision + recall), abs=1e-4
    )
    assert table["inconclusive"]["share"]["0.176"]["value"] == pytest.approx(
        0.176 * 0.2 + 0.824 * 0.08, abs=5e-5
    )
    assert table["plain"]["threshold"] == 0.5
    assert list(out["ppv"]) == ["0.05", "0.176", "0.3"]
    summary = levels.summary(table, prevalence=0.176)
    assert summary["specificity_at_rule_in"]["value"] == 0.98


def test_promises_on_radiographs_that_had_no_say() -> None:
    scores = made_up(images=3000)
    bootstrap = Bootstrap(scores.groups, draws=300)
    unseen = levels.unseen(
        scores.logits, scores.fractured, scores.folds, bootstrap, prevalence=0.176
    )
    assert unseen is not None
    assert unseen["sensitivity_at_rule_out"]["value"] == pytest.approx(0.95, abs=0.02)
    assert unseen["specificity_at_rule_in"]["value"] == pytest.approx(0.95, abs=0.02)
    one = np.zeros(3000, int)
    assert levels.unseen(scores.logits, scores.fractured, one, bootstrap, prevalence=0.1) is None
