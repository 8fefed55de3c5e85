"""Find what got lost between the database and the broker, and hand it over again.

Every step is a conditional UPDATE or a publication that a worker's claim makes harmless, so two
reconcilers at once, or one that dies half-way, do no harm.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q
from kombu.connection import Connection

from cases import dispatch
from cases.clock import database_now
from cases.models import Analysis
from cases.services.analyses import return_to_queue
from cases.vocabulary import AnalysisStatus

log = structlog.get_logger(__name__)
BATCH = 100
GRACE = timedelta(seconds=2)
"""An upload publishes right after its commit; sooner than this nothing is called unpublished."""
RETRY_AFTER = {1: timedelta(seconds=10), 2: timedelta(seconds=60)}
"""How long an attempt that a worker gave back rests, by the number of attempts."""
BACKOFF = [timedelta(seconds=min(10 * 2**n, 600)) for n in range(7)]
"""After so many publications a message in a busy lane is called lost after this long."""
SUSPECTS = 10
"""Repeated per pass although the lane seems to hold a message for every row."""


@dataclass
class Report:
    """What one pass did."""

    returned: int = 0
    failed: int = 0
    published: int = 0
    broker_up: bool = True
    to_publish: list[UUID] = field(default_factory=list, repr=False)


def run_once(*, now: datetime | None = None) -> Report:
    """One pass, in bounded batches. A broker that is down ends it early and is reported.

    Raises django.db.Error when the database is down. `now` is for tests.
    """
    moment = now or database_now()
    report = Report()
    _return_expired(report, moment)
    report.to_publish += _unpublished(moment, without=report.to_publish)
    try:
        with dispatch.broker() as connection:
            for lane, queue in settings.INFERENCE_LANES.items():
                report.to_publish += _untouched(connection, lane, queue, moment)
            for analysis_id in report.to_publish:
                report.published += dispatch.send(connection, analysis_id=analysis_id)
    except dispatch.BROKER_ERRORS as error:
        report.broker_up = False
        log.warning("broker_down", error=type(error).__name__, waiting=len(report.to_publish))
    return report


def _return_expired(report: Report, now: datetime) -> None:
    """Leases that ran out: their worker was killed, hangs, or is cut off from the database."""
    expired = Analysis.objects.filter(status=AnalysisStatus.RUNNING, lease_until__lt=now)
    rows = expired.order_by("lease_until").values_list("pk", "attempt", "worker_name")[:BATCH]
    for analysis_id, attempt, worker in rows:
        done = return_to_queue(
            analysis_id=analysis_id,
            attempt=attempt,
            code="worker_lost",
            message="The analysis was interrupted: its worker stopped answering.",
            lease_before=now,
        )
        if not done:
            continue
        log.warning("lease_expired", analysis_id=str(analysis_id), attempt=attempt, worker=worker)
        if Analysis.objects.filter(pk=analysis_id, status=AnalysisStatus.FAILED).exists():
            report.failed += 1
        else:
            report.returned += 1
            report.to_publish.append(analysis_id)


def _unpublished(now: datetime, *, without: list[UUID]) -> list[UUID]:
    """Queued but never handed over: the broker was down, or the process died after its commit."""
    rested = Q(attempt=0, queued_at__lt=now - GRACE)
    for attempt, rest in RETRY_AFTER.items():
        rested |= Q(attempt=attempt, queued_at__lt=now - rest)
    rested |= Q(attempt__gt=max(RETRY_AFTER), queued_at__lt=now - max(RETRY_AFTER.values()))
    rows = Analysis.objects.filter(
        rested, status=AnalysisStatus.QUEUED, published_at__isnull=True
    ).exclude(pk__in=without)
    return list(rows.order_by("-lane", "queued_at").values_list("pk", flat=True)[:BATCH])


def _untouched(connection: Connection, lane: str, queue: str, now: datetime) -> list[UUID]:
    """Handed over and not claimed since: in a long queue that is normal, in an empty one a loss.

    If the lane holds fewer messages than rows wait for it, the broker lost some. Which ones
    nobody knows, so those that have waited longest are repeated, ever more rarely; and no more
    once it holds far more messages than rows, as it will when no worker consumes for hours.
    """
    rows = Analysis.objects.filter(
        status=AnalysisStatus.QUEUED, lane=lane, published_at__isnull=False
    )
    after = timedelta(seconds=settings.REPUBLISH_AFTER_SECONDS)
    late = rows.filter(published_at__lt=now - after)
    if not late.exists():
        return []
    messages = dispatch.waiting_messages(connection, queue=queue)
    limit = BATCH
    if messages:
        published = rows.count()
        if messages > 2 * published + SUSPECTS:
            return []
        overdue = Q(publications__gte=len(BACKOFF), published_at__lt=now - BACKOFF[-1])
        for publications, rest in enumerate(BACKOFF):
            overdue |= Q(publications=publications, published_at__lt=now - rest)
        late = late.filter(overdue)
        limit = min(BATCH, max(SUSPECTS, published - messages))
    return list(late.order_by("published_at").values_list("pk", flat=True)[:limit])
