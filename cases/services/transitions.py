"""The table of an analysis's moves, and the one function that makes them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from cases.models import Analysis, CaseEvent
from cases.services import status, trail
from cases.services.webhooks import outbox
from cases.vocabulary import AnalysisStatus, Purpose

QUEUED, RUNNING = AnalysisStatus.QUEUED, AnalysisStatus.RUNNING
TRANSITIONS: dict[tuple[AnalysisStatus, AnalysisStatus], CaseEvent.Kind] = {
    (QUEUED, RUNNING): CaseEvent.Kind.STARTED,
    (QUEUED, AnalysisStatus.CANCELLED): CaseEvent.Kind.CANCELLED,
    (RUNNING, QUEUED): CaseEvent.Kind.RETURNED,
    (RUNNING, AnalysisStatus.SUCCEEDED): CaseEvent.Kind.SUCCEEDED,
    (RUNNING, AnalysisStatus.FAILED): CaseEvent.Kind.FAILED,
}


class ForbiddenTransition(Exception):
    """A move that is not in the table: a mistake in the code, never a matter of timing."""


@transaction.atomic
def move(
    *,
    analysis_id: UUID,
    source: AnalysisStatus,
    target: AnalysisStatus,
    fields: Mapping[str, Any],
    only: Q | None = None,
    actor: User | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Analysis | None:
    """Move an analysis with one conditional UPDATE; None if it was not (or no longer) as asked.

    `only` narrows the condition, for example to one attempt. The case's columns and its timeline
    follow in the same transaction. Raises ForbiddenTransition for a move outside the table.
    """
    kind = TRANSITIONS.get((source, target))
    if kind is None:
        raise ForbiddenTransition(f"an analysis does not go from {source} to {target}")
    row = Analysis.objects.filter(pk=analysis_id)
    case_id = row.values_list("radiograph__case_id", flat=True).first()
    if case_id is None:
        return None
    case = status.lock_case(case_id)
    changed = row.filter(only or Q(), status=source).update(status=target, **fields)
    if changed == 0:
        return None
    analysis = row.select_related("radiograph__case", "model_version").get()
    if analysis.purpose == Purpose.CLINICAL:
        trail.record_event(
            case=case,
            kind=kind,
            actor=actor,
            radiograph=analysis.radiograph,
            analysis=analysis,
            detail=detail,
        )
        status.update_case(case_id=case_id)
        if target == AnalysisStatus.SUCCEEDED:
            outbox.analysis_succeeded(analysis=analysis)
    return analysis
