"""The one writer of a case's status, level and urgency; all three follow from its analyses."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.models import Analysis, Case, Radiograph
from cases.services.webhooks import outbox
from cases.vocabulary import (
    AnalysisStatus,
    CaseLevel,
    CaseStatus,
    FindingLevel,
    Priority,
    Purpose,
)

LEVEL_RANK = {
    CaseLevel.FRACTURE: 0,
    CaseLevel.INCONCLUSIVE: 1,
    CaseLevel.INCOMPLETE: 2,
    CaseLevel.NO_FRACTURE_FOUND: 3,
}
PRIORITY_RANK = {Priority.URGENT: 0, Priority.ROUTINE: 10}


@dataclass
class RadiographState:
    """What counts of one radiograph that is not withdrawn. `statuses` are those of its clinical
    analyses, oldest first; `level` that of the newest one that succeeded."""

    assessable: bool
    statuses: list[str] = field(default_factory=list)
    level: str = ""


@dataclass(frozen=True)
class Derived:
    """The derived columns of a case."""

    status: str
    level: str
    urgency: int


def derive(*, withdrawn: bool, priority: str, radiographs: Sequence[RadiographState]) -> Derived:
    """Derive a case's columns. Pure: `verify_cases` and the tests ask the same function.

    `urgency` orders the worklist, lower is sooner: urgent cases first, then by level.
    """
    level = _level(radiographs)
    status = CaseStatus.WITHDRAWN if withdrawn else _status(radiographs)
    return Derived(status, level, PRIORITY_RANK[Priority(priority)] + LEVEL_RANK[level])


def _level(radiographs: Sequence[RadiographState]) -> CaseLevel:
    levels = {state.level for state in radiographs}
    if FindingLevel.FRACTURE in levels:
        return CaseLevel.FRACTURE
    if FindingLevel.INCONCLUSIVE in levels:
        return CaseLevel.INCONCLUSIVE
    # Without a level: failed, waiting, cancelled or never asked.
    return CaseLevel.NO_FRACTURE_FOUND if levels == {"no_fracture_found"} else CaseLevel.INCOMPLETE


def _status(radiographs: Sequence[RadiographState]) -> CaseStatus:
    everything = {status for state in radiographs for status in state.statuses}
    if AnalysisStatus.RUNNING in everything:
        return CaseStatus.RUNNING
    newest = {s.statuses[-1] if s.statuses else "" for s in radiographs if s.assessable}
    # One that was never asked for waits, too: for a model to be activated.
    if AnalysisStatus.QUEUED in everything or "" in newest:
        return CaseStatus.QUEUED
    if not newest or AnalysisStatus.SUCCEEDED in newest:
        return CaseStatus.FINISHED
    if AnalysisStatus.FAILED in newest:
        return CaseStatus.FAILED
    return CaseStatus.CANCELLED


def load_states(case_ids: Collection[UUID]) -> dict[UUID, list[RadiographState]]:
    """What `derive` needs of these cases, in two queries."""
    states: dict[UUID, RadiographState] = {}
    by_case: dict[UUID, list[RadiographState]] = defaultdict(list)
    radiographs = Radiograph.objects.filter(case__in=case_ids, withdrawn_at__isnull=True)
    for pk, case_id, reason in radiographs.values_list("pk", "case_id", "not_assessable"):
        states[pk] = RadiographState(assessable=not reason)
        by_case[case_id].append(states[pk])
    clinical = Analysis.objects.filter(
        radiograph__case__in=case_ids,
        radiograph__withdrawn_at__isnull=True,
        purpose=Purpose.CLINICAL,
    ).order_by("created_at", "pk")
    for radiograph_id, status, level in clinical.values_list("radiograph_id", "status", "level"):
        state = states.get(radiograph_id)
        if state is None:  # added between the two queries; the transaction that did writes again
            continue
        state.statuses.append(status)
        if status == AnalysisStatus.SUCCEEDED:
            state.level = level
    return by_case


def lock_case(case_id: UUID) -> Case:
    """Lock the case's row, so that two analyses of one case cannot derive from each other's past.

    Everything that writes analyses locks the case first: one order, hence no deadlock. SQLite
    has no row locks and needs none, as its IMMEDIATE transactions write one after another.
    """
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


@transaction.atomic
def update_case(*, case_id: UUID) -> None:
    """Write status, level and urgency of a case as they follow from its analyses now.

    Call it in the transaction that changes an analysis, a radiograph or the priority. That it was
    called is seen by `updated_at`, whatever follows from it: for who reads first, news must not
    come with one answer and stay away with another.
    """
    case = lock_case(case_id)
    derived = derive(
        withdrawn=case.withdrawn_at is not None,
        priority=case.priority,
        radiographs=load_states([case_id])[case_id],
    )
    Case.objects.filter(pk=case_id).update(
        status=derived.status,
        level=derived.level,
        urgency=derived.urgency,
        updated_at=timezone.now(),
    )
    if derived.status != case.status:
        outbox.case_became(case=case, status=derived.status)


@transaction.atomic
def mark_read(*, case_id: UUID, at: datetime) -> None:
    """Note when a case was read; of further reads only that the page looks different."""
    lock_case(case_id)
    unread = Case.objects.filter(pk=case_id, read_at__isnull=True)
    unread.update(read_at=at)
    Case.objects.filter(pk=case_id).update(updated_at=at)


@transaction.atomic
def mark_unread(*, case_id: UUID) -> None:
    """Put a case back before its readers: it holds something that no read has seen."""
    lock_case(case_id)
    Case.objects.filter(pk=case_id).update(read_at=None, updated_at=timezone.now())


@transaction.atomic
def mark_withdrawn(*, case_id: UUID, reason: str, at: datetime | None = None) -> bool:
    """Withdraw a case, once; False if it was already. The database wants both in one UPDATE."""
    lock_case(case_id)
    moment = at or timezone.now()
    return bool(
        Case.objects.filter(pk=case_id, withdrawn_at__isnull=True).update(
            withdrawn_at=moment,
            withdrawal_reason=reason,
            status=CaseStatus.WITHDRAWN,
            updated_at=moment,
        )
    )
