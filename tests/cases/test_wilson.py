"""Shares of counts with the interval of Wilson."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]

from cases.wilson import Share


@given(st.integers(1, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_that_of_scipy(counts: tuple[int, int]) -> None:
    expected = binomtest(*counts).proportion_ci(method="wilson")
    assert Share(*counts).interval == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [
        (0, 9, "0 %"),
        (1, 1000, "under 1 %"),
        (1, 2, "50 %"),
        (999, 1000, "over 99 %"),
        (9, 9, "100 %"),
    ],
)
def test_a_part_is_neither_none_nor_all(count: int, of: int, words: str) -> None:
    assert Share(count, of).percent == words
