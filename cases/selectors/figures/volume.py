"""How many cases came in, and how many were read, on each day."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from cases.models import Case
from cases.moments import QUARTER, QuarterHour
from cases.selectors.figures.period import Period, midnight
from cases.selectors.figures.scope import Scope


@dataclass(frozen=True)
class Day:
    """`read` are the cases that were read on this day, whenever they came in."""

    day: date
    received: int
    read: int


def volume(scope: Scope, period: Period) -> Sequence[Day]:
    """Every day of a period, empty ones too, in two queries."""
    read = scope.cases().filter(read_at__gte=period.since, read_at__lt=period.until)
    counts = (
        _by_day(scope.received(period), "created_at", period),
        _by_day(read, "read_at", period),
    )
    return [Day(*day) for day in zip(period.days, *counts, strict=True)]


def _by_day(cases: "QuerySet[Case]", field: str, period: Period) -> list[int]:
    """The database counts by quarters of an hour, of which every time zone's days are made."""
    starts = [int(midnight(day).timestamp()) // QUARTER for day in period.days]
    counts = [0] * len(starts)
    quarters = cases.values_list(QuarterHour(field)).annotate(n=Count("pk"))
    for quarter, n in quarters:
        counts[bisect_right(starts, quarter) - 1] += n
    return counts
