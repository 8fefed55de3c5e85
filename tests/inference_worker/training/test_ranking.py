"""AUC, average precision and specificity at a sensitivity, against scikit-learn and by hand; and
the bootstrap they are drawn with."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from inference_worker.training.bootstrap import Bootstrap, measured
from inference_worker.training.calibrate import weights_for
from inference_worker.training.ranking import ranking_draws
from tests.inference_worker.training.scored import made_up


@pytest.mark.parametrize("decimals", [6, 0])
def test_the_figures_are_those_of_scikit_learn(decimals: int) -> None:
    """With and without ties."""
    scores = made_up(images=500)
    logits, labels = scores.logits.round(decimals), scores.fractured
    drawn = ranking_draws(logits, labels, Bootstrap(scores.groups, draws=0), prevalence=0.176)
    weights = weights_for(labels.astype(float), prevalence=0.176)
    false, true, _ = roc_curve(labels, logits)
    assert drawn["auc"][0] == pytest.approx(roc_auc_score(labels, logits))
    assert drawn["average_precision"][0] == pytest.approx(
        average_precision_score(labels, logits, sample_weight=weights)
    )
    assert drawn["specificity_at_92"][0] == pytest.approx(1 - false[true >= 0.92].min())


def test_every_draw_is_what_repeating_the_rows_gives() -> None:
    scores = made_up(images=120)
    bootstrap = Bootstrap(scores.groups, draws=300)
    drawn = ranking_draws(scores.logits, scores.fractured, bootstrap, prevalence=0.3)
    assert all(len(values) == 301 for values in drawn.values())
    for draw in (1, 299, 300):
        rows = np.repeat(np.arange(120), bootstrap.counts[draw][bootstrap.index].astype(int))
        labels, logits = scores.fractured[rows], scores.logits[rows]
        weights = weights_for(labels.astype(float), prevalence=0.3)
        assert drawn["auc"][draw] == pytest.approx(roc_auc_score(labels, logits))
        assert drawn["average_precision"][draw] == pytest.approx(
            average_precision_score(labels, logits, sample_weight=weights)
        )


def test_the_interval_is_that_of_the_slow_way() -> None:
    scores = made_up(images=400)
    bootstrap = Bootstrap(scores.groups, draws=1000)
    drawn = ranking_draws(scores.logits, scores.fractured, bootstrap, prevalence=0.176)
    rng = np.random.default_rng(0)
    members = [np.flatnonzero(scores.groups == group) for group in np.unique(scores.groups)]
    slow = []
    for _ in range(1000):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        slow.append(roc_auc_score(scores.fractured[rows], scores.logits[rows]))
    low, high = np.percentile(slow, [2.5, 97.5])
    quick = measured(drawn["auc"])
    assert quick["low"] == pytest.approx(low, abs=0.006)
    assert quick["high"] == pytest.approx(high, abs=0.006)


def test_groups_not_images_are_drawn() -> None:
    """Ten copies of everything in the same groups know no more: the interval must not shrink."""
    once = made_up(images=60)
    many = once.take(np.tile(np.arange(60), 10))
    intervals = [
        measured(
            ranking_draws(
                part.logits, part.fractured, Bootstrap(part.groups, draws=300), prevalence=0.176
            )["auc"]
        )
        for part in (once, many)
    ]
    assert intervals[1]["low"] == pytest.approx(intervals[0]["low"], abs=0.02)
    assert intervals[1]["high"] == pytest.approx(intervals[0]["high"], abs=0.02)


def test_a_class_that_is_missing_gives_nothing() -> None:
    groups = np.array(list("abc"))
    for labels in (np.zeros(3, bool), np.ones(3, bool)):
        drawn = ranking_draws(np.arange(3.0), labels, Bootstrap(groups, draws=20), prevalence=0.176)
        for values in drawn.values():
            assert measured(values) == {"value": None, "low": None, "high": None}


def test_draws_without_a_class_do_not_count_and_few_others_give_no_interval() -> None:
    labels = np.array([True] + [False] * 9)
    drawn = ranking_draws(
        np.arange(10.0)[::-1], labels, Bootstrap(np.arange(10).astype(str)), prevalence=0.5
    )
    # One fractured group is drawn in 1 - 0.9 ** 10 = 65 % of the draws.
    assert np.isfinite(drawn["auc"]).mean() == pytest.approx(0.65, abs=0.04)
    assert measured(drawn["auc"]) == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert measured(np.array([0.5, np.nan, np.nan, 0.4]))["low"] is None


def test_shares_by_hand() -> None:
    bootstrap = Bootstrap(np.array(list("aabb")), draws=50)
    hits, among = np.array([True, False, True, True]), np.array([True, True, True, False])
    shares = bootstrap.shares(hits, among)
    assert shares[0] == pytest.approx(2 / 3)
    # Two of the first group, then two of the second, then one of each.
    assert {round(share, 6) for share in shares} == {0.5, 1.0, round(2 / 3, 6)}
    np.testing.assert_allclose(bootstrap.shares(hits[:, np.newaxis], among)[:, 0], shares)
