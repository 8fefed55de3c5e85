"""Every write to an analysis. Each move is one conditional UPDATE whose row count decides."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from cases import dispatch
from cases.clock import database_now
from cases.models import Analysis, Case, CaseEvent, ModelVersion, Radiograph
from cases.models.analysis import ACTIVE
from cases.services import status, trail
from cases.services.attempts import (
    cancel_queued,
    claim,
    record_failure,
    record_result,
    renew_lease,
    return_to_queue,
)
from cases.services.transitions import TRANSITIONS, ForbiddenTransition
from cases.vocabulary import AnalysisStatus, CaseStatus, Purpose

__all__ = [
    "TRANSITIONS",
    "CannotBeAnalysed",
    "ForbiddenTransition",
    "NoActiveModel",
    "cancel",
    "cancel_waiting",
    "change_lane",
    "claim",
    "queue_analysis",
    "queue_unasked",
    "record_failure",
    "record_result",
    "renew_lease",
    "rerun",
    "return_to_queue",
]
BATCH = 100


class NoActiveModel(Exception):
    """No model version is active, so there is nothing to ask."""


class CannotBeAnalysed(Exception):
    """The radiograph is withdrawn or not assessable; the message says which."""


@transaction.atomic
def queue_analysis(
    *,
    radiograph: Radiograph,
    requested_by: User | None = None,
    purpose: Purpose = Purpose.CLINICAL,
    model_version: ModelVersion | None = None,
) -> Analysis:
    """Ask for an analysis, by the active model unless told; one that waits or runs is returned.

    It is published after the commit. Raises NoActiveModel or CannotBeAnalysed.
    """
    case = status.lock_case(radiograph.case_id)
    if radiograph.withdrawn_at or case.withdrawn_at:
        raise CannotBeAnalysed("A withdrawn radiograph is not analysed.")
    if radiograph.not_assessable:
        raise CannotBeAnalysed("The software cannot assess this image.")
    model = model_version or ModelVersion.objects.filter(is_active=True).first()
    if model is None:
        raise NoActiveModel("No model is active. Install one with `manage.py install_model`.")
    asked = {"radiograph": radiograph, "model_version": model, "purpose": purpose}
    waiting = Analysis.objects.filter(**asked, status__in=ACTIVE).first()
    if waiting is not None:
        return waiting
    analysis = Analysis.objects.create(
        **asked,
        requested_by=requested_by,
        lane=case.priority,
        created_at=_after_the_others(radiograph),
        queued_at=database_now(),
    )
    if purpose == Purpose.CLINICAL:
        trail.record_event(
            case=case,
            kind=CaseEvent.Kind.QUEUED,
            actor=requested_by,
            radiograph=radiograph,
            analysis=analysis,
            detail={"model_version": str(model)},
        )
        status.update_case(case_id=case.pk)
    _publish_after_commit(analysis.pk)
    return analysis


def _publish_after_commit(analysis_id: UUID) -> None:
    # No partial: where it fails Django logs its name, and fails itself over one that has none.
    transaction.on_commit(lambda: dispatch.publish(analysis_id=analysis_id), robust=True)


def _after_the_others(radiograph: Radiograph) -> datetime:
    """Now, by the one clock; later in any case than what was asked before, for the newest
    analysis is the one that counts, whatever host wrote the earlier ones."""
    newest = radiograph.analyses.order_by("-created_at").values_list("created_at", flat=True)
    now, last = database_now(), newest.first()
    return now if last is None else max(now, last + timedelta(microseconds=1))


def queue_unasked() -> int:
    """Ask for what came in while no model was active; how many analyses were queued.

    Each is a transaction of its own, so it may end anywhere, and several at once ask once. Without
    an active model nothing happens.
    """
    clinical = Analysis.objects.filter(radiograph=OuterRef("pk"), purpose=Purpose.CLINICAL)
    unasked = Radiograph.objects.filter(
        ~Exists(clinical),
        case__status__in=[CaseStatus.QUEUED, CaseStatus.RUNNING],
        withdrawn_at__isnull=True,
        not_assessable="",
    )
    queued = 0
    while rows := list(unasked.order_by("case__urgency", "created_at")[:BATCH]):
        try:
            done = sum(_ask_if(unasked.filter(pk=row.pk), case_id=row.case_id) for row in rows)
        except NoActiveModel:
            break
        queued += done
        if not done:
            break
    return queued


@transaction.atomic
def _ask_if(unasked: QuerySet[Radiograph], *, case_id: UUID) -> bool:
    """Queue the one radiograph, unless it was asked for or withdrawn since it was looked up."""
    status.lock_case(case_id)
    radiograph = unasked.first()
    if radiograph is not None:
        queue_analysis(radiograph=radiograph)
    return radiograph is not None


def cancel(*, analysis_id: UUID, actor: User | None) -> bool:
    """Take a queued analysis out of the queue; False if it is not queued any more."""
    return cancel_queued(analysis_id=analysis_id, actor=actor)


@transaction.atomic
def cancel_waiting(*, case: Case, actor: User) -> int:
    """Take what still waits of a case out of the queue; how many analyses that were."""
    status.lock_case(case.pk)
    waiting = Analysis.objects.filter(
        radiograph__case=case, purpose=Purpose.CLINICAL, status=AnalysisStatus.QUEUED
    )
    keys = list(waiting.values_list("pk", flat=True))
    return sum(cancel(analysis_id=pk, actor=actor) for pk in keys)


def rerun(*, radiograph: Radiograph, actor: User | None) -> Analysis:
    """Ask for a clinical analysis again, by the active model; the earlier ones stay as they are."""
    return queue_analysis(radiograph=radiograph, requested_by=actor)


@transaction.atomic
def change_lane(*, case: Case, lane: str) -> int:
    """Let what still waits of a case go by another lane; how many clinical analyses moved.

    They are published anew after the commit. The message in the old lane is left where it is:
    whichever comes first claims the analysis, and the other one claims nothing.
    """
    status.lock_case(case.pk)
    waiting = Analysis.objects.filter(
        radiograph__case=case, purpose=Purpose.CLINICAL, status=AnalysisStatus.QUEUED
    ).exclude(lane=lane)
    keys = list(waiting.values_list("pk", flat=True))
    moved = waiting.filter(pk__in=keys).update(lane=lane, published_at=None, publications=0)
    for pk in keys:
        _publish_after_commit(pk)
    return moved
