"""The numbers of a drawn chart."""

import pytest

from cases.charts import axis_end, day_chart


@pytest.mark.parametrize(
    ("largest", "end"), [(0, 2), (2, 2), (3, 4), (9, 10), (11, 20), (250, 400), (801, 1000)]
)
def test_the_axis_ends_above_the_largest_and_has_a_whole_middle(largest: int, end: int) -> None:
    assert axis_end(largest) == end


def test_bars_and_steps_by_hand() -> None:
    """Four days of 250 units each; the axis goes to 4, of which one is 50 units high."""
    chart = day_chart([4, 0, 1, 2], [0, 1, 3, 3], ["a", "b", "c", "d"])
    assert chart.ticks == (4, 2, 0)
    assert [(bar.x, bar.y, bar.width, bar.height) for bar in chart.bars] == [
        ("37.50", "0.00", "175.00", "200.00"),
        ("287.50", "200.00", "175.00", "0.00"),
        ("537.50", "150.00", "175.00", "50.00"),
        ("787.50", "100.00", "175.00", "100.00"),
    ]
    assert [(bar.slot_x, bar.slot_width, bar.title) for bar in chart.bars][3] == (
        "750.00",
        "250.00",
        "d",
    )
    assert chart.line == "M0 200.00 V200.00 H250.00 V150.00 H500.00 V50.00 H750.00 V50.00 H1000.00"


def test_a_year_fills_the_width() -> None:
    chart = day_chart([1] * 365, [0] * 365, [""] * 365)
    last = chart.bars[-1]
    assert float(last.x) + float(last.width) == pytest.approx(1000, abs=0.02)
    assert chart.line.endswith("H1000.00")
