"""What is to be read, in the order in which it should be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Case as Choose
from django.db.models import (
    Count,
    F,
    IntegerField,
    Max,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.expressions import OrderBy
from django.db.models.functions import RowNumber

from accounts.models import User
from cases.models import Case, CaseEvent, Radiograph
from cases.selectors.impressions import reads_first, withhold
from cases.vocabulary import CaseLevel, CaseStatus, Priority

GROUPS = (
    "urgent",
    "overdue",
    "fracture",
    "inconclusive",
    "incomplete",
    "waiting",
    "no_fracture_found",
    "unread",
)
"""In the order of the page. The sender's urgency is above everything; every case, whatever the
software says of it, rises when it is overdue; nothing is left out. Who reads first has all that is
neither urgent nor overdue in the last one, by arrival."""
WAITING = (CaseStatus.QUEUED, CaseStatus.RUNNING)
SORTS: Mapping[str, tuple[OrderBy, ...]] = {
    "oldest": (F("created_at").asc(), F("pk").asc()),
    "newest": (F("created_at").desc(), F("pk").desc()),
    "deadline": (F("reading_deadline").asc(nulls_last=True), F("created_at").asc(), F("pk").asc()),
    "reference": (F("patient_reference").asc(), F("created_at").asc(), F("pk").asc()),
}
"""Within a group. Whatever is chosen, the groups stay: nobody sorts an urgent case away."""
DEFAULT_SORT = "oldest"
OPENED_WITHIN = timedelta(minutes=5)
_URGENT = Q(priority=Priority.URGENT)
_ANSWERED = {
    "fracture": Q(level=CaseLevel.FRACTURE),
    "inconclusive": Q(level=CaseLevel.INCONCLUSIVE),
    "no_fracture_found": Q(level=CaseLevel.NO_FRACTURE_FOUND),
    "waiting": Q(status__in=WAITING),
}


@dataclass(frozen=True)
class Group:
    """Cases that wait for the same reason, oldest first; `count` counts those beyond the page."""

    name: str
    count: int
    cases: Sequence[Case]


@dataclass(frozen=True)
class Worklist:
    """The groups that hold something, and a word that changes when any of it does."""

    groups: Sequence[Group]
    state: str
    count: int


def worklist(
    *, user: User, now: datetime, region: str = "", sort: str = DEFAULT_SORT, each: int = 25
) -> Worklist:
    """The unread cases that this person's organization is asked to read, the first `each` of every
    group by a name in SORTS, in five queries whatever there is, or six for who reads first.

    Each case carries its radiographs that are not withdrawn as `kept`, and in `opened_by` who else
    has opened it within the last minutes.
    """
    # First of all: what comes in while the rest is looked up is then news.
    state = state_of(user=user, now=now)
    unread = _unread(user)
    if region:
        unread = unread.filter(body_region=region)
    grouped = unread.annotate(group=_group(user, now))
    counts = dict(
        grouped.order_by().values("group").annotate(n=Count("pk")).values_list("group", "n")
    )
    cases = list(_first(grouped, SORTS[sort], each).select_related("submitting_organization"))
    kept = Radiograph.objects.filter(withdrawn_at__isnull=True).order_by("position")
    prefetch_related_objects(cases, Prefetch("radiographs", queryset=kept, to_attr="kept"))
    _note_who_reads(cases, user, now)
    withhold(user, cases)
    return Worklist(list(_groups(cases, counts)), state, sum(counts.values()))


def state_of(*, user: User, now: datetime) -> str:
    """A word that changes when an unread case comes, changes, goes or becomes overdue; in one
    query. For who reads first it says nothing of levels, nor does urgency, which hangs on them."""
    found = (
        _unread(user)
        .order_by()
        .aggregate(
            n=Count("pk"),
            latest=Max("updated_at"),
            urgency=Count("pk", filter=_URGENT) if reads_first(user) else Sum("urgency"),
            overdue=Count("pk", filter=_overdue(user, now)),
        )
    )
    latest = found["latest"].timestamp() if found["latest"] else 0
    return f"{found['n']}-{found['urgency'] or 0}-{found['overdue']}-{latest:.6f}"


def _unread(user: User) -> "QuerySet[Case]":
    """What one's own organization is asked to read, which is visible to it by that alone.

    `visible_to` would say it again with an OR, and SQLite then looks at every case. That `urgency`
    is not negative says nothing new either, but leads a SQLite without statistics to the index of
    what is unread (`case_worklist`), and not to one of everything that the organization ever had.
    """
    if user.organization_id is None:
        return Case.objects.none()
    return Case.objects.filter(
        reading_organization=user.organization_id,
        read_at__isnull=True,
        withdrawn_at__isnull=True,
        urgency__gte=0,
    )


def _overdue(user: User, now: datetime) -> Q:
    """What a deadline does not say, the organization's limit does."""
    limit = user.organization.overdue_after_minutes if user.organization else 0
    return Q(reading_deadline__lt=now) | Q(
        reading_deadline__isnull=True, created_at__lt=now - timedelta(minutes=limit)
    )


def _group(user: User, now: datetime) -> Choose:
    """The place of a case's group."""
    blind = reads_first(user)
    conditions = {"urgent": _URGENT, "overdue": _overdue(user, now)} | ({} if blind else _ANSWERED)
    return Choose(
        *(When(when, then=Value(GROUPS.index(name))) for name, when in conditions.items()),
        default=Value(GROUPS.index("unread" if blind else "incomplete")),
        output_field=IntegerField(),
    )


def _first(grouped: "QuerySet[Any]", order: tuple[OrderBy, ...], each: int) -> "QuerySet[Any]":
    """The first of every group: a long one leaves room for those behind it."""
    place = Window(RowNumber(), partition_by=F("group"), order_by=order)
    return grouped.annotate(place=place).filter(place__lte=each).order_by("group", *order)


def _groups(cases: Sequence[Any], counts: dict[int, int]) -> Iterator[Group]:
    shown = {group: list(some) for group, some in groupby(cases, key=lambda case: case.group)}
    for place, name in enumerate(GROUPS):
        if counts.get(place):
            yield Group(name, counts[place], shown.get(place, []))


def _note_who_reads(cases: Sequence[Any], user: User, now: datetime) -> None:
    looks = CaseEvent.objects.filter(
        case__in=[case.pk for case in cases],
        kind=CaseEvent.Kind.VIEWED,
        at__gte=now - OPENED_WITHIN,
        actor__organization=user.organization_id,
    ).exclude(actor=user)
    opened = {look.case_id: str(look.actor) for look in looks.select_related("actor")}
    for case in cases:
        case.opened_by = opened.get(case.pk, "")
