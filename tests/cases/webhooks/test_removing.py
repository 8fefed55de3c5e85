"""An endpoint that was removed: nothing is sent there, nobody finds it, and nothing breaks."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import Case, WebhookDelivery, WebhookEndpoint
from cases.selectors import webhooks as selectors
from cases.services.reads import record_read
from cases.services.webhooks import endpoints
from cases.services.webhooks.delivering import deliver
from cases.services.webhooks.forgetting import KEPT_FOR, forget_old
from cases.vocabulary import DeliveryStatus, WebhookEventType
from cases.webhooks import transport
from tests.cases.webhooks.receiver import Receiver


def test_nothing_is_sent_and_nobody_finds_it(
    endpoint: WebhookEndpoint,
    case: Case,
    reader: User,
    administrator: User,
    receiving: Receiver,
) -> None:
    read = record_read(case=case, reader=reader, conclusion="unsure")
    waiting = WebhookDelivery.objects.get()
    endpoints.remove_endpoint(endpoint=endpoint, actor=administrator)
    record_read(case=case, reader=reader, conclusion="fracture", amending=read.pk)
    assert WebhookDelivery.objects.get() == waiting  # and none for what is said now
    waiting.refresh_from_db()
    assert waiting.status == DeliveryStatus.SKIPPED
    assert deliver(delivery_id=waiting.pk) is None
    assert receiving.received == []
    assert not selectors.endpoints_shown(user=administrator).exists()
    with pytest.raises(WebhookEndpoint.DoesNotExist):
        selectors.get_endpoint(user=administrator, endpoint_id=endpoint.pk)
    with pytest.raises(WebhookDelivery.DoesNotExist):
        selectors.get_delivery(user=administrator, delivery_id=waiting.pk)
    endpoint.refresh_from_db()
    assert endpoint.encrypted_secret == ""
    assert endpoints.switch_on(endpoint=endpoint, actor=administrator) == 0
    endpoint.refresh_from_db()
    assert not endpoint.is_active


def test_it_makes_room_for_another(
    endpoint: WebhookEndpoint, sender: Organization, administrator: User
) -> None:
    def create() -> None:
        endpoints.create_endpoint(
            organization=sender,
            actor=administrator,
            url=endpoint.url,
            event_types=endpoint.event_types,
        )

    for _n in range(endpoints.MOST_ENDPOINTS - 1):
        create()
    with pytest.raises(endpoints.WebhookRefused, match="remove one"):
        create()
    endpoints.remove_endpoint(endpoint=endpoint, actor=administrator)
    create()


def test_what_is_on_its_way_meanwhile_comes_to_an_end(
    endpoint: WebhookEndpoint,
    case: Case,
    reader: User,
    administrator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was claimed before; the receiver fails, and nothing is tried again."""
    record_read(case=case, reader=reader, conclusion="unsure")
    delivery = WebhookDelivery.objects.get()

    def post(**_sent: object) -> transport.Answer:
        endpoints.remove_endpoint(endpoint=endpoint, actor=administrator)
        return transport.Answer(503, "", 5)

    monkeypatch.setattr(transport, "post", post)
    assert deliver(delivery_id=delivery.pk) is not None
    delivery.refresh_from_db()
    assert delivery.lease_until is None
    assert not selectors.due_deliveries(timezone.now() + timedelta(days=2)).exists()


def test_it_is_forgotten_with_what_was_sent(
    endpoint: WebhookEndpoint, case: Case, reader: User, administrator: User
) -> None:
    record_read(case=case, reader=reader, conclusion="unsure")
    endpoints.remove_endpoint(endpoint=endpoint, actor=administrator)
    other, _secret = endpoints.create_endpoint(
        organization=endpoint.organization,
        actor=administrator,
        url=endpoint.url,
        event_types=[WebhookEventType.CASE_FINISHED],
    )
    endpoints.switch_off(endpoint=other, actor=administrator)
    forget_old()
    assert WebhookEndpoint.objects.count() == 2
    with time_machine.travel(timezone.now() + KEPT_FOR + timedelta(hours=1)):
        forget_old()
    assert WebhookEndpoint.objects.get() == other
    assert not WebhookDelivery.objects.exists()
