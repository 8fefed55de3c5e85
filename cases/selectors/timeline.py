"""What happened to a case: a bounded number of rows, however often it was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Q, Window

from cases.models import Case, CaseEvent

SHOWN = 50


@dataclass(frozen=True)
class Timeline:
    """The newest events, newest first. Of a person's looks at the case only the latest is one."""

    events: Sequence[CaseEvent]
    looks: dict[int, int]
    """How many looks stand behind the one that is shown, by that one's key."""
    more: int
    """How many older events there are."""


def timeline(*, case: Case) -> Timeline:
    """The timeline of a case that was already looked up for the person, in two queries."""
    looks = dict(
        case.events.filter(kind=CaseEvent.Kind.VIEWED)
        .order_by()
        .values("actor")
        .annotate(latest=Max("pk"), times=Count("pk"))
        .values_list("latest", "times")
    )
    events = list(
        case.events.filter(~Q(kind=CaseEvent.Kind.VIEWED) | Q(pk__in=looks))
        .select_related("actor__organization", "radiograph", "analysis")
        .annotate(together=Window(Count("pk")))
        .order_by("-at", "-id")[:SHOWN]
    )
    together = events[0].together if events else 0  # type: ignore[attr-defined]  # annotated
    return Timeline(events, looks, together - len(events))
