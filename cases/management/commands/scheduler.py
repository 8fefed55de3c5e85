"""`manage.py scheduler`: the reconciler every few seconds, and the housekeeping tasks in time."""

import signal
import socket
import threading
import time
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connections
from django.utils import timezone

from cases import dispatch, reconciler
from cases.models import Worker
from cases.services import workers
from cases.services.webhooks.handing_over import hand_over_due
from cases.services.webhooks.overdue import tell_overdue

log = structlog.get_logger(__name__)
HOUR, NIGHTLY = 3600, 24 * 3600
PERIODIC = {
    "cases.forget_silent_workers": HOUR,
    "cases.queue_unasked": HOUR,
    "cases.forget_uploads": HOUR,
    "cases.forget_idempotency_keys": HOUR,
    "cases.clear_expired_sessions": NIGHTLY,
    "cases.remove_unnamed_files": NIGHTLY,
    "cases.forget_webhooks": NIGHTLY,
}
OVERDUE_SECONDS = 60
"""How often it is looked whether a case became overdue."""


class Command(BaseCommand):
    help = (
        "Run until stopped: hand over again what got lost on the way to a worker, and ask the "
        "housekeeping worker for its regular work. Several at once do no harm."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = "Example: python manage.py scheduler"

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Scheduler().run(stop)


class Scheduler:
    """The loop. No failure of database or broker ends it; it tries again at the next turn."""

    def __init__(self) -> None:
        self.name = f"scheduler@{socket.gethostname()}"
        self.started_at = timezone.now()
        self.due = dict.fromkeys(PERIODIC, 0.0)
        self.overdue_due = 0.0

    def run(self, stop: threading.Event) -> None:
        log.info("scheduler_started", name=self.name)
        while not stop.is_set():
            self.turn()
            stop.wait(settings.RECONCILER_SECONDS)
        self.sign_off()

    def turn(self) -> None:
        """One turn: say that we live, reconcile, ask for housekeeping and webhooks that are due."""
        try:
            workers.heartbeat(
                name=self.name, kind=Worker.Kind.SCHEDULER, started_at=self.started_at
            )
            report = reconciler.run_once()
            if report.returned or report.failed or report.published:
                log.info(
                    "reconciled",
                    returned=report.returned,
                    failed=report.failed,
                    published=report.published,
                )
            if report.broker_up:
                self.ask_for_housekeeping()
            self.serve_webhooks(broker_up=report.broker_up)
        except DatabaseError as error:
            log.error("database_down", error=type(error).__name__)  # noqa: TRY400  (it is known why)
            connections.close_all()
        except Exception:
            log.exception("scheduler_turn_failed")
            connections.close_all()

    def ask_for_housekeeping(self) -> None:
        now = time.monotonic()
        due = [name for name, moment in self.due.items() if moment <= now]
        if not due:
            return
        try:
            with dispatch.broker() as connection:
                for name in due:
                    dispatch.send_task(
                        connection, name, queue=settings.HOUSEKEEPING_QUEUE, expires=PERIODIC[name]
                    )
                    self.due[name] = now + PERIODIC[name]
        except dispatch.BROKER_ERRORS as error:
            log.warning("broker_down", error=type(error).__name__)

    def serve_webhooks(self, *, broker_up: bool) -> None:
        """Last of all: whatever fails here has kept no analysis waiting."""
        now = time.monotonic()
        if self.overdue_due <= now:
            self.overdue_due = now + OVERDUE_SECONDS
            if told := tell_overdue():
                log.info("overdue_told", events=told)
        if broker_up and (number := hand_over_due()):
            log.info("webhooks_handed_over", deliveries=number)

    def sign_off(self) -> None:
        try:
            workers.forget(name=self.name)
        except DatabaseError:
            log.warning("scheduler_not_signed_off")
        log.info("scheduler_stopped", name=self.name)
