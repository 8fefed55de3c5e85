"""Webhooks through the real queue: whatever dies on the way, every event arrives."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import psutil
import pytest

from accounts.models import User
from cases import dispatch
from cases.models import WebhookDelivery
from cases.services.reads import record_read
from cases.services.webhooks.endpoints import create_endpoint
from cases.vocabulary import DeliveryStatus
from tests.cases.webhooks.receiver import receiver
from tests.factories import CaseFactory, UserFactory
from tests.queue.platform import Platform, wait_for

pytestmark = pytest.mark.broker


def kill_with_children(platform: Platform, name: str) -> None:
    children = psutil.Process(platform.processes[name].pid).children(recursive=True)
    platform.kill(name)
    for child in children:
        with suppress(psutil.NoSuchProcess):  # one that had nothing to do ends with its parent
            child.kill()
    psutil.wait_procs(children)


def test_a_worker_that_is_killed_while_it_delivers_loses_no_event(
    quick: Platform, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.FIELD_ENCRYPTION_KEYS = ["k" * 20 + "of-this-test-alone"]
    quick.environment |= {
        "WEBHOOK_LEASE_SECONDS": "3",
        "FIELD_ENCRYPTION_KEYS": settings.FIELD_ENCRYPTION_KEYS[0],
    }
    reader = UserFactory()
    hospital = reader.organization
    administrator = UserFactory(organization=hospital, role=User.Role.ORGANIZATION_ADMINISTRATOR)
    killed = threading.Event()

    def hangs_until_its_client_is_killed(handler: BaseHTTPRequestHandler) -> None:
        if not killed.is_set():
            killed.wait(60)
            return
        handler.send_response(204)
        handler.end_headers()

    with receiver() as receiving:
        receiving.answerer = hangs_until_its_client_is_killed
        create_endpoint(
            organization=hospital,
            actor=administrator,
            url=receiving.url.replace("127.0.0.1", "localhost"),
            event_types=["read.recorded"],
        )
        quick.start("scheduler")
        quick.start("housekeeping")
        for case in CaseFactory.create_batch(4, submitting_organization=hospital):
            record_read(case=case, reader=reader, conclusion="unsure")
        wanted = {str(delivery.event_id) for delivery in WebhookDelivery.objects.all()}
        assert len(wanted) == 4
        try:
            wait_for(lambda: receiving.received, seconds=60)
            kill_with_children(quick, "housekeeping")
            killed.set()
            quick.start("housekeeping")
            delivered = WebhookDelivery.objects.filter(status=DeliveryStatus.DELIVERED)
            wait_for(lambda: delivered.count() == 4, seconds=90)
        except AssertionError:
            raise AssertionError(quick.log("housekeeping") + quick.log("scheduler")) from None
    assert set(receiving.ids) == wanted
    # Several are sent at once; of those some may have been killed before the receiver saw them.
    cut_off = WebhookDelivery.objects.filter(tries__error_code="interrupted")
    again = [receiving.ids.count(str(one.event_id)) for one in cut_off]
    assert again
    assert max(again) == 2


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
    delivery = WebhookDelivery.objects.get()
    assert delivery.published_at is None
    quick.broker.start()
    quick.start("scheduler")
    published = WebhookDelivery.objects.filter(published_at__isnull=False)
    wait_for(published.exists, seconds=40)
    with dispatch.broker() as broker:
        assert dispatch.waiting_messages(broker, queue="housekeeping") >= 1
