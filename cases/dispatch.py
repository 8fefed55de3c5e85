"""Hand an analysis to the queue. The message is a hint: the row waits until a worker claims it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from cases.clock import database_now
from cases.models import Analysis
from cases.vocabulary import AnalysisStatus
from fracture_platform.celery import app

log = structlog.get_logger(__name__)
ANALYSE = "inference_worker.analyse_radiograph"
BROKER_ERRORS = (OperationalError, OSError)
AT_MOST_SECONDS = 0.9
"""What a publication may cost an upload in all. The sockets' own limit holds for each address of
the broker by itself, and looking up its name has none at all."""
_silent_until = 0.0


def publish(*, analysis_id: UUID) -> bool:
    """Publish a queued analysis; False if it is not queued, or the broker does not answer.

    A broker that is down costs AT_MOST_SECONDS once: for the next RECONCILER_SECONDS this process
    does not try again, so that twenty radiographs do not wait twenty times. A message that gets
    through later all the same is one too many, which does no harm.
    """
    attempt = partial(_publish, analysis_id, partial(_send_in_time, analysis_id))
    return _patiently(attempt, analysis_id=str(analysis_id))


def send_soon(name: str, *, queue: str, args: Sequence[str]) -> bool:
    """Send any task after a commit, as patiently as `publish`; False if it was not sent."""

    def attempt() -> bool:
        _in_time(partial(send_task, name=name, queue=queue, args=args))
        return True

    return _patiently(attempt, task=name)


def _patiently(attempt: Callable[[], bool], **what: str) -> bool:
    """What the attempt says; False where the broker does not answer, or did not a moment ago."""
    global _silent_until  # noqa: PLW0603  (one per process, like the broker it remembers)
    if time.monotonic() < _silent_until:
        return False
    try:
        return attempt()
    except BROKER_ERRORS as error:
        _silent_until = time.monotonic() + settings.RECONCILER_SECONDS
        log.warning("broker_down", error=type(error).__name__, **what)
        return False


def send(connection: Connection, *, analysis_id: UUID) -> bool:
    """Publish over an open connection; False if it is not queued. Raises BROKER_ERRORS."""
    return _publish(analysis_id, partial(_send_analysis, connection, analysis_id))


def _publish(analysis_id: UUID, hand_over: Callable[[str], None]) -> bool:
    """Hand over a queued analysis and note that in its row; False if it is not queued."""
    row = Analysis.objects.filter(pk=analysis_id, status=AnalysisStatus.QUEUED)
    lane = row.values_list("lane", flat=True).first()
    if lane is None:
        return False
    hand_over(settings.INFERENCE_LANES[lane])
    row.update(published_at=database_now(), publications=F("publications") + 1)
    return True


def _send_analysis(connection: Connection, analysis_id: UUID, queue: str) -> None:
    send_task(connection, ANALYSE, queue=queue, args=[str(analysis_id)])


def _send_in_time(analysis_id: UUID, queue: str) -> None:
    _in_time(partial(_send_analysis, analysis_id=analysis_id, queue=queue))


def _in_time(hand_over: Callable[[Connection], None]) -> None:
    """Over a connection of its own, in a thread that nobody waits for longer than AT_MOST_SECONDS;
    then TimeoutError, one of BROKER_ERRORS. The thread needs no database."""
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            with broker() as connection:
                hand_over(connection)
            outcome.set_result(None)
        except BaseException as error:  # noqa: BLE001  (raised where it is waited for)
            outcome.set_exception(error)

    threading.Thread(target=run, name="publish", daemon=True).start()
    outcome.result(timeout=AT_MOST_SECONDS)


def send_task(
    connection: Connection, name: str, *, queue: str, args: Sequence[str] = (), **options: Any
) -> None:
    """Send a task by its name, so that the sender need not import what the worker imports.

    The time limits are the worker's own: a sender that happens to know the task would otherwise
    stamp those of its settings on the message.
    """
    app.send_task(
        name,
        args=list(args),
        queue=queue,
        connection=connection,
        retry=False,
        time_limit=None,
        soft_time_limit=None,
        **options,
    )


def waiting_messages(connection: Connection, *, queue: str) -> int:
    """How many messages lie in a queue, by any transport; a queue that is not there holds none."""
    with connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except connection.channel_errors:
            return 0


@contextmanager
def broker() -> Iterator[Connection]:
    """A connection that gives up early. A fresh one each time: it costs about a millisecond,
    and none is ever found broken because the broker was restarted meanwhile."""
    limit = settings.PUBLISH_TIMEOUT_SECONDS
    connection = app.connection_for_write(
        connect_timeout=limit,
        transport_options={
            "socket_connect_timeout": limit,
            "socket_timeout": limit,
            "max_retries": 0,
            "health_check_interval": 0,
        },
    )
    try:
        yield connection
    finally:
        connection.release()
