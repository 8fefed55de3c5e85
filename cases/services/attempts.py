"""What a worker does with an analysis: claim it, keep the lease, and write the outcome once."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q

from cases.clock import database_now
from cases.marks import checked
from cases.models import Analysis, CaseEvent
from cases.models.radiograph import private_storage
from cases.services.transitions import move
from cases.vocabulary import AnalysisStatus

log = structlog.get_logger(__name__)
ENDED: dict[str, Any] = {"lease_until": None}
UNWELL = frozenset({"database_unavailable", "storage_unavailable"})
"""Codes of what is wrong with the platform and not with the radiograph or its worker."""


def _lease() -> datetime:
    """Call it in the transaction that writes it: on SQLite that one may have waited to begin."""
    return database_now() + timedelta(seconds=settings.LEASE_SECONDS)


@transaction.atomic
def claim(*, analysis_id: UUID, worker_name: str) -> Analysis | None:
    """Take a queued analysis; None if another worker has it, or it is no longer wanted.

    The returned row has its radiograph, case and model version loaded.
    """
    return move(
        analysis_id=analysis_id,
        source=AnalysisStatus.QUEUED,
        target=AnalysisStatus.RUNNING,
        fields={
            "attempt": F("attempt") + 1,
            "lease_until": _lease(),
            "started_at": database_now(),
            "worker_name": worker_name,
        },
    )


@transaction.atomic
def renew_lease(*, analysis_id: UUID, attempt: int) -> bool:
    """Keep a claim; False if it is lost, and then nothing that this attempt writes will count."""
    held = Analysis.objects.filter(
        pk=analysis_id, attempt=attempt, status=AnalysisStatus.RUNNING
    ).update(lease_until=_lease())
    return bool(held)


def record_result(  # noqa: PLR0913  (an answer has this many parts)
    *,
    analysis_id: UUID,
    attempt: int,
    level: str,
    probability: float | None,
    logit: float | None,
    class_scores: Mapping[str, float],
    heatmap: bytes | None,
    thresholds: Mapping[str, float],
    weights_sha256: str,
    preprocessing_version: str,
    engine: str,
    timings_ms: Mapping[str, float],
    marks: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """Write the answer of one attempt, once or not at all; False if the attempt lost its claim.

    `heatmap` is a PNG. Its file is stored before the UPDATE, so that a row never names a file
    that is not there, and removed again if the UPDATE changed nothing. After an error nobody
    knows whether a row names it, so it stays; housekeeping finds it if none does. Marks that cannot
    be drawn are left out: an answer is worth more than its boxes.
    """
    try:
        boxes = checked(marks, level=level)
    except ValueError as error:
        log.warning("marks_left_out", analysis_id=str(analysis_id), error=str(error))
        boxes = []
    name = _store_heatmap(analysis_id, heatmap) if heatmap else ""
    written = _finish(
        analysis_id,
        attempt,
        AnalysisStatus.SUCCEEDED,
        level=level,
        probability=probability,
        logit=logit,
        class_scores=dict(class_scores),
        marks=boxes,
        heatmap=name,
        thresholds=dict(thresholds),
        weights_sha256=weights_sha256,
        preprocessing_version=preprocessing_version,
        engine=engine,
        timings_ms=dict(timings_ms),
    )
    if name and not written:
        private_storage().delete(name)
    return written


def record_failure(*, analysis_id: UUID, attempt: int, code: str, message: str) -> bool:
    """Fail an attempt that no repetition would mend; `message` is a sentence for people."""
    return _finish(
        analysis_id, attempt, AnalysisStatus.FAILED, error_code=code, error_message=message
    )


@transaction.atomic
def return_to_queue(
    *,
    analysis_id: UUID,
    attempt: int,
    code: str,
    message: str,
    lease_before: datetime | None = None,
) -> bool:
    """Give an interrupted attempt back, or fail the analysis once its attempts are used up.

    `message` is a sentence for people. With `lease_before` only if the lease had run out by then.
    It is the reconciler that publishes it again, a little later after each attempt, which spares
    a storage or a database that is just unwell; that, in UNWELL, takes far more attempts.
    """
    claim_lost = Q(lease_until__lt=lease_before) if lease_before else Q()
    mine = Q(attempt=attempt) & claim_lost
    if _used_up(analysis_id, attempt, code):
        return _finish(
            analysis_id,
            attempt,
            AnalysisStatus.FAILED,
            only=claim_lost,
            error_code=code,
            error_message=f"{message} It was tried {attempt} times: read the radiograph without "
            "the software, or ask for the analysis again.",
        )
    analysis = move(
        analysis_id=analysis_id,
        source=AnalysisStatus.RUNNING,
        target=AnalysisStatus.QUEUED,
        only=mine,
        fields=ENDED | {"queued_at": database_now(), "published_at": None, "publications": 0},
        detail={"code": code, "attempt": attempt},
    )
    if analysis is None:
        return False
    radiograph = analysis.radiograph
    if radiograph.withdrawn_at or radiograph.case.withdrawn_at:
        cancel_queued(analysis_id=analysis_id)
    return True


def _used_up(analysis_id: UUID, attempt: int, code: str) -> bool:
    """Whether this attempt was the last one. Those that an unwell platform cost are counted by
    themselves, so that after an outage one lost worker does not fail what waited through it."""
    if code in UNWELL:
        return attempt >= settings.MAX_ATTEMPTS_WHILE_UNWELL
    unwell = CaseEvent.objects.filter(
        analysis=analysis_id, kind=CaseEvent.Kind.RETURNED, detail__code__in=UNWELL
    )
    return attempt - unwell.count() >= settings.MAX_ATTEMPTS


def cancel_queued(*, analysis_id: UUID, **event: Any) -> bool:
    moved = move(
        analysis_id=analysis_id,
        source=AnalysisStatus.QUEUED,
        target=AnalysisStatus.CANCELLED,
        fields={"finished_at": database_now()},
        **event,
    )
    return moved is not None


def _finish(
    analysis_id: UUID,
    attempt: int,
    target: AnalysisStatus,
    *,
    only: Q | None = None,
    **fields: Any,
) -> bool:
    detail = {"attempt": attempt}
    if target == AnalysisStatus.FAILED:
        detail["code"] = fields["error_code"]
    else:
        detail["level"] = fields["level"]
    moved = move(
        analysis_id=analysis_id,
        source=AnalysisStatus.RUNNING,
        target=target,
        only=Q(attempt=attempt) & (only or Q()),
        fields=ENDED | fields | {"finished_at": database_now()},
        detail=detail,
    )
    return moved is not None


def _store_heatmap(analysis_id: UUID, png: bytes) -> str:
    # The name leads housekeeping to the row, should the process die before the row names it.
    name = f"heatmaps/{str(analysis_id)[:2]}/{analysis_id}/{uuid.uuid4().hex}.png"
    return private_storage().save(name, ContentFile(png))
