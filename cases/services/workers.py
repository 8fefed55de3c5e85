"""Heartbeats of worker and scheduler processes."""

from datetime import datetime, timedelta

from cases.clock import database_now
from cases.models import ModelVersion, Worker


def heartbeat(
    *,
    name: str,
    kind: Worker.Kind,
    started_at: datetime,
    engine: str = "",
    model_version: ModelVersion | None = None,
) -> None:
    """Say that a process lives, and which model it holds, in one statement."""
    row = Worker(
        name=name,
        kind=kind,
        engine=engine,
        model_version=model_version,
        started_at=started_at,
        seen_at=database_now(),
    )
    Worker.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["kind", "engine", "model_version", "started_at", "seen_at"],
    )


def forget(*, name: str) -> None:
    """Sign a process off that ends in an orderly way."""
    Worker.objects.filter(name=name).delete()


def forget_silent(*, longer_than: timedelta) -> int:
    """Drop the heartbeats of processes that are long gone; how many."""
    dropped, _ = Worker.objects.filter(seen_at__lt=database_now() - longer_than).delete()
    return dropped
