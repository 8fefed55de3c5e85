"""The scheduler survives what it depends on, and asks for housekeeping in time."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from cases import dispatch
from cases.management.commands.scheduler import PERIODIC, Scheduler
from cases.models import Worker
from fracture_platform.celery import app
from tests.embedded_broker import EmbeddedBroker
from tests.queue.platform import own_broker

pytestmark = pytest.mark.broker


@pytest.fixture
def queue(server: EmbeddedBroker) -> Iterator[EmbeddedBroker]:
    with own_broker(server.url):
        yield server


def asked_for() -> int:
    with dispatch.broker() as broker:
        return dispatch.waiting_messages(broker, queue="housekeeping")


@pytest.mark.django_db
def test_a_turn(queue: EmbeddedBroker) -> None:
    scheduler = Scheduler()
    scheduler.turn()
    assert Worker.objects.get().kind == Worker.Kind.SCHEDULER
    assert asked_for() == len(PERIODIC)
    scheduler.turn()
    assert asked_for() == len(PERIODIC)
    scheduler.due["cases.forget_silent_workers"] -= 3600
    scheduler.turn()
    assert asked_for() == len(PERIODIC) + 1


def test_what_it_asks_for_exists() -> None:
    app.loader.import_default_modules()
    assert set(PERIODIC) <= set(app.tasks)


@pytest.mark.django_db
def test_without_a_broker_it_asks_later(queue: EmbeddedBroker) -> None:
    queue.end()
    scheduler = Scheduler()
    scheduler.turn()
    assert Worker.objects.exists()
    queue.start()
    scheduler.turn()
    assert asked_for() == len(PERIODIC)


def test_without_a_database_it_goes_on(
    queue: EmbeddedBroker, django_db_blocker: DjangoDbBlocker
) -> None:
    held, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection = None
    connection.settings_dict["NAME"] = "/nowhere/database"
    try:
        with django_db_blocker.unblock():
            scheduler, stop = Scheduler(), threading.Event()
            scheduler.turn()
            threading.Timer(0.2, stop.set).start()
            began = time.monotonic()
            scheduler.run(stop)
            assert time.monotonic() - began < 3
    finally:
        connection.connection = held
        connection.settings_dict["NAME"] = name
