"""Sensitivity and specificity of the software, on reads that its answer did not colour alone.

What counts as the truth is a source of references. Each is told apart on the page, and never mixed
with another: they are biased in different ways. A further one is a function that annotates cases
with `finding` (a `Conclusion`, or None where it has none), and a line in `SOURCES`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from accounts.models import User
from cases.models import Case, FirstImpression, Read
from cases.models.analysis import ASSESSED
from cases.selectors.figures.period import Period
from cases.selectors.figures.scope import Scope
from cases.vocabulary import Conclusion, FindingLevel
from cases.wilson import Share

ENOUGH = 20
"""Cases of a kind; of fewer no share is given."""
POINTS: Mapping[str, frozenset[str]] = {
    "certain": frozenset({FindingLevel.FRACTURE.value}),
    "uncertain_too": frozenset({FindingLevel.FRACTURE.value, FindingLevel.INCONCLUSIVE.value}),
}
"""The levels that count as a fracture found, at each of the model's two thresholds."""


@dataclass(frozen=True)
class Point:
    """None where there are too few cases of the kind."""

    name: str
    sensitivity: Share | None
    specificity: Share | None


@dataclass(frozen=True)
class Accuracy:
    """`cells` count cases by level and reference finding. `unanswered` are those of which the
    software gave no complete answer."""

    source: str
    cells: Mapping[tuple[str, str], int]
    unanswered: int

    @property
    def fractures(self) -> int:
        return self._count(ASSESSED, Conclusion.FRACTURE)

    @property
    def without(self) -> int:
        return self._count(ASSESSED, Conclusion.NO_FRACTURE)

    @property
    def unsure(self) -> int:
        """Whose reference decides nothing."""
        return self._count(ASSESSED, Conclusion.UNSURE)

    @property
    def cases(self) -> int:
        return sum(self.cells.values()) + self.unanswered

    @property
    def points(self) -> list[Point]:
        return [self._point(name, found) for name, found in POINTS.items()]

    def _point(self, name: str, found: frozenset[str]) -> Point:
        hits = self._count(found, Conclusion.FRACTURE)
        passed = self.without - self._count(found, Conclusion.NO_FRACTURE)
        return Point(name, _enough(hits, self.fractures), _enough(passed, self.without))

    def _count(self, levels: Sequence[str] | frozenset[str], finding: str) -> int:
        return sum(self.cells.get((level, finding), 0) for level in levels)


def _enough(count: int, of: int) -> Share | None:
    return Share(count, of) if of >= ENOUGH else None


def second_reads(cases: "QuerySet[Case]") -> "QuerySet[Any]":
    """The newest standing read of a supervising reader who is not the one that read first."""
    of_case = Read.objects.filter(case=OuterRef("case")).order_by("created_at", "pk")
    supervised = (
        Read.objects.filter(
            case=OuterRef("pk"),
            amended_by__isnull=True,
            reader__role=User.Role.SUPERVISING_READER,
        )
        .exclude(reader=Subquery(of_case.values("reader")[:1]))
        .order_by("-created_at", "-pk")
    )
    return cases.annotate(finding=Subquery(supervised.values("conclusion")[:1]))


def first_impressions(cases: "QuerySet[Case]") -> "QuerySet[Any]":
    """What the first reader saw who was not told the answer yet."""
    said = FirstImpression.objects.filter(case=OuterRef("pk")).order_by("created_at", "pk")
    return cases.annotate(finding=Subquery(said.values("conclusion")[:1]))


Source = Callable[["QuerySet[Case]"], "QuerySet[Any]"]
SOURCES: Mapping[str, Source] = {
    "second_reads": second_reads,
    "first_impressions": first_impressions,
}


def accuracies(scope: Scope, period: Period) -> list[Accuracy]:
    """One for each source of references, in one query each."""
    cases = Case.objects.filter(scope.told(period)).order_by()
    return [_accuracy(name, source(cases)) for name, source in SOURCES.items()]


def _accuracy(name: str, cases: "QuerySet[Any]") -> Accuracy:
    """Cases without a reference are sorted out here: a condition would look for it once more."""
    cells: Counter[tuple[str, str]] = Counter()
    unanswered = 0
    for level, finding, n in cases.values_list("level", "finding").annotate(n=Count("pk")):
        if finding and level in ASSESSED:
            cells[level, finding] += n
        elif finding:
            unanswered += n
    return Accuracy(name, cells, unanswered)
