"""Of 100 test radiographs scored like this, how many had a fracture."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binomtest  # type: ignore[import-untyped]

from inference_worker.training import calibrate
from inference_worker.training.bootstrap import Bootstrap, measured_share, wilson
from inference_worker.training.likeness import FEWEST, likeness
from inference_worker.training.scored_like import scored_like
from tests.inference_worker.training.scored import made_up


def _bins(images: int, prevalence: float = 0.176, share: float = 0.2) -> list[dict[str, float]]:
    scores = made_up(images=images, share=share)
    line = calibrate.platt(scores.logits, scores.fractured, prevalence=prevalence)
    return likeness(
        calibrate.apply(line, scores.logits),
        scores.fractured,
        Bootstrap(scores.groups, draws=300),
        prevalence=prevalence,
    )


def test_bins_cover_everything_and_rise() -> None:
    bins = _bins(3400)
    assert bins[0]["low"] == 0
    assert bins[-1]["high"] == 1
    assert len(bins) > 5
    for lower, upper in pairwise(bins):
        assert lower["high"] == upper["low"] > lower["low"]
        assert lower["share"] < upper["share"]
    assert sum(row["images"] for row in bins) == 3400
    assert all(row["images"] >= FEWEST for row in bins)
    assert all(row["share_low"] <= row["share"] <= row["share_high"] for row in bins)


def test_shares_are_moved_to_the_stated_prevalence() -> None:
    """Half are fractured in the data and 17.6 % where it is used: the share follows what the
    probability says."""
    for row in _bins(20_000, share=0.5)[1:-1]:
        assert row["low"] - 0.06 < row["share"] < row["high"] + 0.06
    first = _bins(3400, prevalence=0.2, share=0.2)[-1]
    assert first["share"] == pytest.approx(first["fractured"] / first["images"], abs=0.02)


def test_few_radiographs_make_one_bin_and_none_without_doubt() -> None:
    bins = _bins(60)
    assert len(bins) == 1
    assert (bins[0]["low"], bins[0]["high"], bins[0]["images"]) == (0, 1, 60)
    # No fracture among the lowest hundreds: the bootstrap alone would be sure.
    assert all(row["share_high"] > 0 for row in _bins(3400))


def test_scores_all_alike_make_one_bin() -> None:
    fractured = np.arange(500) % 5 == 0
    bins = likeness(
        np.full(500, 0.2), fractured, Bootstrap(np.arange(500).astype(str)), prevalence=0.2
    )
    assert [row["images"] for row in bins] == [500]
    assert bins[0]["share"] == pytest.approx(0.2)


@pytest.mark.parametrize(("hits", "among"), [(0, 20), (3, 20), (20, 20), (57, 100)])
def test_wilson_is_that_of_scipy(hits: int, among: int) -> None:
    expected = binomtest(hits, among).proportion_ci(method="wilson")
    assert wilson(hits, among) == pytest.approx((expected.low, expected.high))


def test_all_found_is_no_certainty() -> None:
    everything = np.ones(20, bool)
    found = measured_share(Bootstrap(np.arange(20).astype(str), draws=50), everything, everything)
    assert found == {"value": 1.0, "low": round(wilson(20, 20)[0], 4), "high": 1.0}


def test_lookup() -> None:
    metrics = {"scored_like": [{"low": 0.0, "high": 0.3}, {"low": 0.3, "high": 1.0}]}
    for probability, low in ((0.0, 0.0), (0.29, 0.0), (0.3, 0.3), (1.0, 0.3)):
        found = scored_like(probability, metrics)
        assert found is not None
        assert found["low"] == low
    assert scored_like(0.5, {}) is None
    assert scored_like(0.5, {"scored_like": []}) is None


def test_lookup_needs_no_library() -> None:
    code = (
        "import sys, inference_worker.training.scored_like\n"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'sklearn', 'keras')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
