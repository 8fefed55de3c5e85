"""A worker's child: load the active model after the fork, say that it lives, end with its parent.

All kinds of worker share this; the queues that a worker consumes tell which it is. One that does
housekeeping or sends webhooks never loads a model; the latter runs threads, so it has no child and
reports by itself.
"""

import os
import signal
import threading
from dataclasses import dataclass
from typing import Any

import structlog
from billiard.process import current_process
from celery.apps.worker import Worker as CeleryWorker
from celery.concurrency.thread import TaskPool as ThreadPool
from celery.signals import (
    celeryd_after_setup,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from django.conf import settings
from django.db import Error, connections
from django.utils import timezone

from cases import reconciler
from cases.models import ModelVersion, Worker
from cases.services import workers
from inference_worker.bundle import BundleError
from inference_worker.loaded import loaded

log = structlog.get_logger(__name__)
HEARTBEAT_SECONDS = 5


@dataclass
class Identity:
    """Who this process is: set in the parent, inherited by its children through the fork."""

    name: str = "worker"
    kind: Worker.Kind = Worker.Kind.HOUSEKEEPING


identity = Identity()


def worker_name() -> str:
    """The name of this child. It keeps its parent's, so that a replacement takes over the row."""
    index = getattr(current_process(), "index", 0)
    return f"{identity.name}/{index}" if index else identity.name


def kind_of(queues: set[str]) -> Worker.Kind:
    """The kind of a worker that consumes these queues."""
    lanes = set(settings.INFERENCE_LANES.values())
    if queues & lanes:
        return Worker.Kind.INFERENCE
    only_webhooks = queues == {settings.WEBHOOK_QUEUE}
    return Worker.Kind.WEBHOOKS if only_webhooks else Worker.Kind.HOUSEKEEPING


class Heart(threading.Thread):
    """Reports every few seconds; loads a model that has become active since, before saying so."""

    def __init__(self, *, ends_with_parent: bool = True) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.stop = threading.Event()
        self._ends_with_parent = ends_with_parent
        self._parent = os.getppid()
        self._started_at = timezone.now()
        self._complaint = ""

    def run(self) -> None:
        while not self.stop.wait(HEARTBEAT_SECONDS):
            # Where the kernel did not end us with our parent.
            if self._ends_with_parent and os.getppid() != self._parent:
                os.kill(os.getpid(), signal.SIGKILL)
            self.beat()

    def beat(self) -> None:
        """Report once; a database that is down costs this report only."""
        try:
            model, engine = self._model()
            workers.heartbeat(
                name=worker_name(),
                kind=identity.kind,
                engine=engine,
                model_version=model,
                started_at=self._started_at,
            )
        except Error as error:
            log.warning("heartbeat_failed", error=type(error).__name__)
        except Exception:
            log.exception("heartbeat_failed")
        finally:
            connections.close_all()  # those of this thread

    def _model(self) -> tuple[ModelVersion | None, str]:
        """The active model once it is loaded, and what runs it."""
        if identity.kind != Worker.Kind.INFERENCE:
            return None, ""
        active = ModelVersion.objects.filter(is_active=True).first()
        if active is None:
            self._complain("No model is active.")
            return None, ""
        try:
            engine = loaded.get(active).engine
        except BundleError as error:
            self._complain(str(error))
            return None, ""
        self._complaint = ""
        return active, engine

    def _complain(self, sentence: str) -> None:
        if sentence != self._complaint:
            log.error("no_model_loaded", reason=sentence)
        self._complaint = sentence


_heart: Heart | None = None


@celeryd_after_setup.connect
def parent_is_set_up(sender: str, instance: CeleryWorker, **_: Any) -> None:
    identity.name = sender
    identity.kind = kind_of(set(instance.app.amqp.queues.consume_from))


@worker_process_init.connect
def child_starts(**_: Any) -> None:
    """Load the model before the first task is taken; the parent waits for this."""
    _start(Heart())


def _start(heart: Heart) -> None:
    global _heart  # noqa: PLW0603  (one per process)
    _heart = heart
    _heart.beat()
    _heart.start()


@worker_process_shutdown.connect
def child_ends(**_: Any) -> None:
    if _heart is None:
        return
    _heart.stop.set()
    try:
        workers.forget(name=worker_name())
    except Error as error:
        log.warning("not_signed_off", error=type(error).__name__)


@worker_ready.connect
def thread_worker_is_ready(sender: Any, **_: Any) -> None:
    """One without children says itself that it lives. Whoever started it may end."""
    if isinstance(sender.pool, ThreadPool):
        _start(Heart(ends_with_parent=False))


@worker_shutdown.connect
def thread_worker_ends(**_: Any) -> None:
    child_ends()  # of one with children only those report


@worker_ready.connect
def parent_is_ready(**_: Any) -> None:
    """Look at once for what got lost while no worker ran, also where no scheduler does."""
    if identity.kind != Worker.Kind.INFERENCE:
        return
    try:
        reconciler.run_once()
    except Error as error:
        log.warning("reconciler_failed", error=type(error).__name__)
    finally:
        connections.close_all()  # a child forked later must not inherit them
