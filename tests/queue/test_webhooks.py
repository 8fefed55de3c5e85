"""Webhooks through the real queue: whatever dies on the way, every event arrives."""

import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from accounts.models import User
from cases import dispatch
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.services.reads import record_read
from cases.services.webhooks.endpoints import create_endpoint
from cases.vocabulary import DeliveryStatus
from tests.cases.webhooks.receiver import Receiver, receiver
from tests.factories import CaseFactory, UserFactory
from tests.queue.platform import Platform, wait_for

pytestmark = pytest.mark.broker


def test_a_worker_that_is_killed_while_it_delivers_loses_no_event(
    quick: Platform, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.FIELD_ENCRYPTION_KEYS = ["k" * 20 + "of-this-test-alone"]
    quick.environment |= {
        "WEBHOOK_LEASE_SECONDS": "3",
        "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS[0],
    }
    killed = threading.Event()

    def hangs_until_its_client_is_killed(handler: BaseHTTPRequestHandler) -> None:
        if not killed.is_set():
            killed.wait(60)
            return
        handler.send_response(204)
        handler.end_headers()

    with receiver() as receiving:
        receiving.answerer = hangs_until_its_client_is_killed
        reader = listening(receiving)
        quick.start("scheduler")
        quick.start("webhooks")
        read_some(reader, 4)
        wanted = {str(delivery.event_id) for delivery in WebhookDelivery.objects.all()}
        assert len(wanted) == 4
        try:
            wait_for(lambda: receiving.received, seconds=60)
            quick.kill("webhooks")
            killed.set()
            quick.start("webhooks")
            delivered = WebhookDelivery.objects.filter(status=DeliveryStatus.DELIVERED)
            wait_for(lambda: delivered.count() == 4, seconds=90)
        except AssertionError:
            raise AssertionError(quick.log("webhooks") + quick.log("scheduler")) from None
    assert set(receiving.ids) == wanted
    interrupted = WebhookDelivery.objects.get(tries__error_code="interrupted")
    assert receiving.ids.count(str(interrupted.event_id)) == 2


def test_a_receiver_that_takes_its_time_does_not_keep_the_others_waiting(
    quick: Platform, settings: Any
) -> None:
    """One organization's ten endpoints answer well, after a second and a half each; what another
    one is to be told arrives while events still wait for them."""
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.FIELD_ENCRYPTION_KEYS = ["k" * 20 + "of-this-test-alone"]
    quick.environment |= {"FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS[0]}

    def takes_its_time(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(1.5)
        handler.send_response(204)
        handler.end_headers()

    with receiver() as slow, receiver() as prompt:
        slow.answerer = takes_its_time
        busy = listening(slow, endpoints=10)
        read_some(busy, 3)
        quick.start("scheduler")
        quick.start("webhooks")
        wait_for(lambda: slow.received, seconds=60)
        other = listening(prompt)
        read_some(other, 1)
        wait_for(lambda: prompt.received, seconds=60)
        pending = WebhookDelivery.objects.filter(status=DeliveryStatus.PENDING)
        assert pending.filter(endpoint__organization=busy.organization).count() > 10


def listening(receiving: Receiver, endpoints: int = 1) -> User:
    """A reader of an organization that is told there what was read."""
    reader = UserFactory()
    hospital = reader.organization
    administrator = UserFactory(organization=hospital, role=User.Role.ORGANIZATION_ADMINISTRATOR)
    for _n in range(endpoints):
        create_endpoint(
            organization=hospital,
            actor=administrator,
            url=receiving.url.replace("127.0.0.1", "localhost"),
            event_types=["read.recorded"],
        )
    return reader


def read_some(reader: User, number: int) -> None:
    for case in CaseFactory.create_batch(number, submitting_organization=reader.organization):
        record_read(case=case, reader=reader, conclusion="unsure")


def test_the_scheduler_hands_over_what_the_broker_was_not_there_for(quick: Platform) -> None:
    reader = UserFactory()
    hospital = reader.organization
    create_endpoint(
        organization=hospital,
        actor=UserFactory(organization=hospital, role=User.Role.ORGANIZATION_ADMINISTRATOR),
        url="https://receiver.example/",
        event_types=["read.recorded"],
    )
    quick.broker.end()
    case = CaseFactory(submitting_organization=hospital)
    record_read(case=case, reader=reader, conclusion="unsure")
    assert WebhookDelivery.objects.exists()
    handed_over = WebhookEndpoint.objects.filter(handed_over_at__isnull=False)
    assert not handed_over.exists()
    quick.broker.start()
    quick.start("scheduler")
    wait_for(handed_over.exists, seconds=40)
    with dispatch.broker() as broker:
        assert dispatch.waiting_messages(broker, queue="webhooks") >= 1
