"""How long it took until the answer stood, and until somebody read."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from cases.models import Analysis, CaseEvent, Read
from cases.moments import Seconds
from cases.selectors.figures.period import Period
from cases.selectors.figures.scope import Scope
from cases.vocabulary import AnalysisStatus, CaseStatus, Priority, Purpose

PERCENTILES = (50, 90, 95)


@dataclass(frozen=True)
class Times:
    """Percentiles in seconds over `cases`; each is one that was really taken (nearest rank)."""

    cases: int
    seconds: Mapping[int, float]


@dataclass(frozen=True)
class Turnaround:
    """By priority; one without a single case is not there."""

    answered: Mapping[str, Times]
    read: Mapping[str, Times]


def turnaround(scope: Scope, period: Period) -> Turnaround:
    """From a case's receipt until its answer first stood, and until its first read. Two queries."""
    return Turnaround(_times(_answers(scope, period)), _times(_first_reads(scope, period)))


def _answers(scope: Scope, period: Period) -> "QuerySet[Any]":
    """When the last radiograph of a case had its first answer. What is asked again later, and what
    was added to the case later, says nothing about how long the sender waited."""
    clinical = Analysis.objects.filter(
        purpose=Purpose.CLINICAL, status=AnalysisStatus.SUCCEEDED
    ).order_by()
    earlier = clinical.filter(
        radiograph=OuterRef("radiograph"), finished_at__lt=OuterRef("finished_at")
    )
    added = CaseEvent.objects.filter(
        radiograph=OuterRef("radiograph"), kind=CaseEvent.Kind.RADIOGRAPH_ADDED
    )
    return (
        clinical.filter(
            scope.told(period, "radiograph__case__"),
            radiograph__case__status=CaseStatus.FINISHED,
            radiograph__withdrawn_at__isnull=True,
        )
        .exclude(Exists(earlier))
        .exclude(Exists(added))
        .values("radiograph__case", priority=F("radiograph__case__priority"))
        .annotate(seconds=Max(Seconds("finished_at")) - Seconds("radiograph__case__created_at"))
    )


def _first_reads(scope: Scope, period: Period) -> "QuerySet[Any]":
    """Whether it was amended since or not."""
    earlier = Q(created_at__lt=OuterRef("created_at")) | Q(
        created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")
    )
    return (
        Read.objects.filter(scope.came_in(period, "case__"))
        .exclude(Exists(Read.objects.filter(earlier, case=OuterRef("case"))))
        .order_by()
        .values("case", priority=F("case__priority"))
        .annotate(seconds=Seconds("created_at") - Seconds("case__created_at"))
    )


def _times(rows: "QuerySet[Any]") -> dict[str, Times]:
    """SQLite has no function for percentiles: the durations are fetched, as bare numbers."""
    taken: dict[str, array[float]] = {}
    for priority, seconds in rows.values_list("priority", "seconds").iterator():
        taken.setdefault(priority, array("d")).append(seconds)
    return {
        priority: _percentiles(sorted(taken[priority]))
        for priority in (Priority.URGENT, Priority.ROUTINE)
        if priority in taken
    }


def _percentiles(ordered: Sequence[float]) -> Times:
    """The place of a percentile among n in order is n * percent / 100, rounded up, from 1."""
    n = len(ordered)
    return Times(n, {percent: ordered[-(-n * percent // 100) - 1] for percent in PERCENTILES})
