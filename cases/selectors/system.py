"""How the platform is: what `/status.json` and the operator's page show. Nothing of any case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min

from cases.clock import database_now
from cases.models import Analysis, ModelVersion, Worker
from cases.vocabulary import AnalysisStatus
from fracture_platform import broker, health

GONE_AFTER = timedelta(seconds=20)
"""A process whose last heartbeat is older counts as gone; it sends one every 5 s."""


@dataclass(frozen=True)
class System:
    """Facts about the running platform, each found just now."""

    database: bool
    storage: bool
    broker: bool
    workers: tuple[Worker, ...] = ()
    model: ModelVersion | None = None
    waiting: int = 0
    running: int = 0
    oldest_seconds: float | None = None

    def count(self, kind: Worker.Kind) -> int:
        return sum(worker.kind == kind for worker in self.workers)

    @property
    def holds_active_model(self) -> bool:
        """Whether a live inference worker holds the active model."""
        return self.model is not None and any(
            worker.kind == Worker.Kind.INFERENCE and worker.model_version_id == self.model.pk
            for worker in self.workers
        )

    @property
    def ready(self) -> bool:
        """Whether an upload would be analysed now. The scheduler only repairs: it is not asked."""
        return self.database and self.storage and self.broker and self.holds_active_model


def system() -> System:
    """Ask database, storage and broker; costs about a second at most when the broker is down."""
    up = broker.is_up(settings.REDIS_URL)
    storage = health.storage_is_writable()
    if not health.database_answers():
        return System(database=False, storage=storage, broker=up)
    now = database_now()
    queue = _queue(now)
    return System(
        database=True,
        storage=storage,
        broker=up,
        workers=tuple(live_workers(now)),
        model=ModelVersion.objects.filter(is_active=True).defer("manifest", "card").first(),
        **queue,
    )


def live_workers(now: datetime) -> Iterable[Worker]:
    return Worker.objects.filter(seen_at__gte=now - GONE_AFTER).order_by("kind", "name")


def _queue(now: datetime) -> dict[str, Any]:
    """How many analyses wait and run, and since when the oldest waits (both indexed)."""
    waiting = Analysis.objects.filter(status=AnalysisStatus.QUEUED).aggregate(
        number=Count("pk"), oldest=Min("queued_at")
    )
    oldest = waiting["oldest"]
    return {
        "waiting": waiting["number"],
        "running": Analysis.objects.filter(status=AnalysisStatus.RUNNING).count(),
        "oldest_seconds": None if oldest is None else max(0.0, (now - oldest).total_seconds()),
    }
