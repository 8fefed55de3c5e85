"""How many cases stand at which finding level."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from cases.models import Case
from cases.selectors.figures.period import Period
from cases.selectors.figures.scope import Scope
from cases.vocabulary import CaseLevel, CaseStatus
from cases.wilson import Share

WAITING = "queued"
KINDS = (*CaseLevel.values, WAITING)
ACTIVE = {CaseStatus.QUEUED, CaseStatus.RUNNING}


@dataclass(frozen=True)
class Level:
    """A level of cases, or `queued` for those that have none yet because they wait."""

    kind: str
    share: Share


def levels(scope: Scope, period: Period) -> Sequence[Level]:
    """Every level, empty ones too; nothing where there are no cases. One query."""
    cases = Case.objects.filter(scope.told(period)).order_by()
    rows = cases.values_list("level", "status").annotate(n=Count("pk"))
    counts: Counter[str] = Counter()
    for level, status, n in rows:
        counts[WAITING if level == CaseLevel.INCOMPLETE and status in ACTIVE else level] += n
    total = counts.total()
    return [Level(kind, Share(counts[kind], total)) for kind in KINDS] if total else []
