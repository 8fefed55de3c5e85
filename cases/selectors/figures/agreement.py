"""Whether the final reads say what the software says.

They were made with its answer in sight: this is agreement, and no measure of who is right.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from cases.agreement import AGREES
from cases.models import Read
from cases.models.analysis import ASSESSED
from cases.selectors.figures.period import Period
from cases.selectors.figures.scope import Scope
from cases.vocabulary import Agreement as Said
from cases.wilson import Share


@dataclass(frozen=True)
class Agreement:
    """Each case counts once, with the read that has the last word on it.

    `cells` count by level of the case and conclusion of the read. `noted` are the reads among them
    that disagree with the answer in sight, `left_out` those that cannot be compared: no answer was
    in sight, or the case has no complete one.
    """

    cells: Mapping[tuple[str, str], int]
    noted: int
    left_out: int

    @property
    def compared(self) -> int:
        return sum(self.cells.values())

    @property
    def disagreements(self) -> int:
        return self._both_decided(agree=False)

    @property
    def share(self) -> Share | None:
        """Of the cases where both decided; None where there are none."""
        agreed = self._both_decided(agree=True)
        decided = agreed + self.disagreements
        return Share(agreed, decided) if decided else None

    @property
    def undecided(self) -> int:
        return self.compared - (self.share.of if self.share else 0)

    def _both_decided(self, *, agree: bool) -> int:
        return sum(n for cell, n in self.cells.items() if AGREES.get(cell) is agree)


def agreement(scope: Scope, period: Period) -> Agreement:
    """The last standing reads of the cases that came in during a period. One query."""
    rows = (
        _last_words()
        .filter(scope.told(period, "case__"))
        # Not the bare column: SQLite would then take the index of levels, and leave out the dates.
        .annotate(level=Coalesce("case__level", Value("")), in_sight=Q(analysis__isnull=False))
        .values_list("level", "conclusion", "in_sight")
        .annotate(n=Count("pk"), noted=Count("pk", filter=Q(agreement=Said.DISAGREE)))
    )
    cells: Counter[tuple[str, str]] = Counter()
    noted = left_out = 0
    for level, conclusion, in_sight, n, disagreeing in rows:
        if in_sight and level in ASSESSED:
            cells[level, conclusion] += n
            noted += disagreeing
        else:
            left_out += n
    return Agreement(cells, noted, left_out)


def _last_words() -> "QuerySet[Read]":
    """Of every case the newest read that nothing amends."""
    standing = Read.objects.filter(amended_by__isnull=True).order_by()
    newer = Q(created_at__gt=OuterRef("created_at")) | Q(
        created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")
    )
    return standing.filter(~Exists(standing.filter(newer, case=OuterRef("case"))))
