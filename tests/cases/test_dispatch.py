"""Publishing: after the commit, in the case's lane, and never at the expense of who uploads."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis
from django.db import connections, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from cases import dispatch
from cases.models import Analysis, ModelVersion
from cases.services.analyses import queue_analysis
from cases.vocabulary import Priority
from fracture_platform import broker
from tests.embedded_broker import EmbeddedBroker
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory
from tests.queue.platform import own_broker

pytestmark = [pytest.mark.broker, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _no_earlier_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_silent_until", 0.0)


@pytest.fixture
def queue(server: EmbeddedBroker) -> Iterator[EmbeddedBroker]:
    with own_broker(server.url):
        yield server


def waiting(lane: str) -> int:
    with dispatch.broker() as connection:
        return dispatch.waiting_messages(connection, queue=f"inference.{lane}")


def seconds_to_publish(analysis: Analysis) -> float:
    """Publish to a broker that does not answer; nothing is lost by it."""
    began = time.monotonic()
    assert dispatch.publish(analysis_id=analysis.pk) is False
    seconds = time.monotonic() - began
    analysis.refresh_from_db()
    assert (analysis.status, analysis.published_at, analysis.publications) == ("queued", None, 0)
    return seconds


def test_each_lane_gets_its_own(queue: EmbeddedBroker) -> None:
    urgent, routine = AnalysisFactory(lane=Priority.URGENT), AnalysisFactory()
    for _ in range(2):
        assert dispatch.publish(analysis_id=routine.pk)
    assert dispatch.publish(analysis_id=urgent.pk)
    assert (waiting("urgent"), waiting("routine")) == (1, 2)
    routine.refresh_from_db()
    assert routine.publications == 2
    assert routine.published_at is not None


def test_only_what_waits_is_published(queue: EmbeddedBroker) -> None:
    assert not dispatch.publish(analysis_id=AnalysisFactory(succeeded=True).pk)
    assert not dispatch.publish(analysis_id=uuid4())
    assert waiting("routine") == 0


def test_published_after_the_commit_or_not_at_all(
    queue: EmbeddedBroker,
    model_version: ModelVersion,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    radiograph = RadiographFactory(case=CaseFactory(priority=Priority.URGENT))
    with django_capture_on_commit_callbacks(execute=True):
        queue_analysis(radiograph=radiograph)
        assert waiting("urgent") == 0
    assert waiting("urgent") == 1
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        queue_analysis(radiograph=RadiographFactory())
        transaction.set_rollback(True)
    assert waiting("routine") == 0
    assert Analysis.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_from_any_thread(queue: EmbeddedBroker) -> None:
    """A web server's threads did not import the Celery app themselves."""
    outcome: list[bool] = []
    name = AnalysisFactory().pk

    def publish() -> None:
        with dispatch.broker() as connection:
            dispatch.send_task(connection, "x", queue="inference.routine", args=[str(name)])
        outcome.append(waiting("routine") == 1)
        connections.close_all()

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join(10)
    assert outcome == [True]


def test_a_broker_that_is_not_there(server: EmbeddedBroker) -> None:
    """The socket is missing, then left over from a server that was killed."""
    with own_broker(server.url):
        server.end(signal.SIGKILL)
        assert broker.embedded_socket(server.var_dir).exists()
        assert seconds_to_publish(AnalysisFactory()) < 1
    with own_broker("unix:///nowhere/broker.sock?db=0"):
        dispatch._silent_until = 0
        assert seconds_to_publish(AnalysisFactory()) < 1


def test_a_host_that_refuses() -> None:
    with own_broker("redis://127.0.0.1:1/0"):
        assert seconds_to_publish(AnalysisFactory()) < 1


def test_a_host_that_swallows_everything() -> None:
    """It accepts the connection and never says a word."""
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,
        own_broker(f"redis://127.0.0.1:{mute.getsockname()[1]}/0"),
    ):
        assert seconds_to_publish(AnalysisFactory()) < 1


def test_a_name_that_nobody_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that is down takes seconds to say so, and has no limit of ours."""
    asked: list[object] = []

    def unheard(*question: object, **_: object) -> list[object]:
        asked.append(question[0])
        time.sleep(3)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unheard)
    with own_broker("redis://broker.example:6379/0"):
        analyses = [AnalysisFactory() for _ in range(3)]
        assert sum(seconds_to_publish(analysis) for analysis in analyses) < 1
    assert asked == ["broker.example"]


def test_a_frozen_broker_costs_its_time_once(queue: EmbeddedBroker, settings: Settings) -> None:
    assert queue.process is not None
    os.kill(queue.process.pid, signal.SIGSTOP)
    analyses = [AnalysisFactory() for _ in range(20)]
    assert sum(seconds_to_publish(analysis) for analysis in analyses) < 1
    os.kill(queue.process.pid, signal.SIGCONT)
    assert not dispatch.publish(analysis_id=analyses[0].pk)
    dispatch._silent_until -= settings.RECONCILER_SECONDS
    assert dispatch.publish(analysis_id=analyses[0].pk)


def test_a_full_broker_refuses(queue: EmbeddedBroker) -> None:
    redis.Redis.from_url(queue.url).config_set("maxmemory", "1mb")
    assert seconds_to_publish(AnalysisFactory()) < 1
