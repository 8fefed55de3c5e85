"""Deliveries to a real receiver: signed, repeated until they are taken, and none is lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.models import User
from cases import dispatch, tasks
from cases.models import Case, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from cases.selectors.webhooks import due_deliveries, due_endpoints
from cases.services.reads import record_read
from cases.services.webhooks import delivering
from cases.services.webhooks.delivering import claim, deliver, record
from cases.services.webhooks.endpoints import change_endpoint, rotate_secret
from cases.vocabulary import DeliveryStatus
from cases.webhooks import retries, signing
from cases.webhooks.transport import Answer
from tests.cases.webhooks.receiver import Receiver
from tests.factories import CaseFactory

AFTER_LEASE = timedelta(seconds=settings.WEBHOOK_LEASE_SECONDS + 1)
PENDING, DELIVERED = DeliveryStatus.PENDING, DeliveryStatus.DELIVERED


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It stands still unless it is moved."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def delivery(endpoint: WebhookEndpoint, case: Case, reader: User) -> WebhookDelivery:
    record_read(case=case, reader=reader, conclusion="fracture", comment="of the left wrist")
    return WebhookDelivery.objects.get()


def turn() -> list[UUID]:
    """What the scheduler would hand over now, delivered."""
    due = list(due_deliveries(timezone.now()).values_list("pk", flat=True))
    for key in due_endpoints(timezone.now()).values_list("pk", flat=True):
        tasks.deliver_webhooks(str(key))
    return due


def next_due() -> datetime:
    return (
        WebhookDelivery.objects.filter(status=PENDING)
        .order_by("next_attempt_at")
        .values_list("next_attempt_at", flat=True)[0]
    )


def test_what_arrives_is_signed(
    delivery: WebhookDelivery, receiving: Receiver, secret: str, case: Case
) -> None:
    assert turn() == [delivery.pk]
    (received,) = receiving.received
    payload = Webhook(secret).verify(received.body, received.headers)
    assert payload == delivery.event.payload
    assert payload["data"]["case_id"] == str(case.pk)
    assert received.headers["webhook-id"] == str(delivery.event_id)
    assert received.headers["content-type"] == "application/json"
    for word in (b"fracture", b"wrist", case.patient_reference.encode()):
        assert word not in received.body
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(received.body, received.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(received.body.replace(b"read", b"case"), received.headers)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.lease_until) == (DELIVERED, 1, None)
    attempt = delivery.tries.get()
    assert (attempt.http_status, attempt.error_code) == (204, "")
    assert turn() == []


def test_three_failures_and_then_every_event_is_there(
    endpoint: WebhookEndpoint,
    receiving: Receiver,
    secret: str,
    reader: User,
    clock: time_machine.Traveller,
) -> None:
    cases = CaseFactory.create_batch(
        6,
        submitting_organization=endpoint.organization,
        reading_organization=reader.organization,
    )
    for case in cases:
        record_read(case=case, reader=reader, conclusion="unsure")
    wanted = {str(one.event_id) for one in WebhookDelivery.objects.all()}
    receiving.statuses = [500, 302, 404] * 6
    rounds = 0
    while WebhookDelivery.objects.filter(status=PENDING).exists():
        clock.move_to(max(next_due(), timezone.now() + timedelta(seconds=5)))
        turn()
        rounds += 1
        assert rounds < 30
    assert len(receiving.received) == 18 + 6
    assert set(receiving.ids) == wanted
    assert all(one.status == DELIVERED for one in WebhookDelivery.objects.all())
    assert WebhookAttempt.objects.count() == 24
    for received in receiving.received:
        moment = int(received.headers["webhook-timestamp"])
        with time_machine.travel(moment, tick=False):
            Webhook(secret).verify(received.body, received.headers)


def test_a_worker_that_dies_after_its_claim_loses_nothing(
    delivery: WebhookDelivery, receiving: Receiver, clock: time_machine.Traveller
) -> None:
    assert claim(delivery_id=delivery.pk)
    assert claim(delivery_id=delivery.pk) is None
    assert turn() == []
    clock.shift(AFTER_LEASE)
    assert turn() == [delivery.pk]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DELIVERED, 2)
    assert [one.error_code for one in delivery.tries.all()] == ["", "interrupted"]


def test_a_worker_that_dies_after_the_answer_delivers_twice_under_one_id(
    delivery: WebhookDelivery,
    receiving: Receiver,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dies(**_: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(delivering, "record", dies)
        with pytest.raises(KeyboardInterrupt):
            deliver(delivery_id=delivery.pk)
    clock.shift(AFTER_LEASE)
    turn()
    assert receiving.ids == [str(delivery.event_id)] * 2
    assert receiving.received[0].body == receiving.received[1].body


def test_a_result_that_comes_after_the_lease_does_not_count(
    delivery: WebhookDelivery, receiving: Receiver, clock: time_machine.Traveller
) -> None:
    slow = claim(delivery_id=delivery.pk)
    assert slow
    clock.shift(AFTER_LEASE)
    second = claim(delivery_id=delivery.pk)
    assert second
    assert not record(claimed=slow, answer=Answer(500, "", 3))
    assert record(claimed=second, answer=Answer(200, "", 3))
    assert not record(claimed=second, answer=Answer(500, "", 3))
    delivery.refresh_from_db()
    assert delivery.status == DELIVERED


def test_who_dies_at_the_last_attempt_ends_it(
    delivery: WebhookDelivery, receiving: Receiver, clock: time_machine.Traveller
) -> None:
    WebhookDelivery.objects.update(attempts=retries.MOST_ATTEMPTS - 1)
    assert claim(delivery_id=delivery.pk)
    clock.shift(AFTER_LEASE)
    turn()
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.FAILED
    assert delivery.tries.get().error_code == "interrupted"
    assert receiving.received == []


def test_it_is_tried_for_a_day_and_then_failed(
    delivery: WebhookDelivery, receiving: Receiver, clock: time_machine.Traveller
) -> None:
    receiving.statuses = [503] * 50
    began = timezone.now()
    rests = []
    while WebhookDelivery.objects.filter(status=PENDING).exists():
        before = timezone.now()
        clock.move_to(max(next_due(), before + timedelta(seconds=5)))
        rests.append(timezone.now() - before)
        turn()
    assert timedelta(hours=24) < timezone.now() - began < timedelta(hours=30)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, retries.MOST_ATTEMPTS)
    assert delivery.tries.count() == len(receiving.received) == retries.MOST_ATTEMPTS


def test_a_rest_is_never_the_same_and_never_shorter_than_said() -> None:
    now = timezone.now()
    for number, rest in enumerate(retries.AFTER, start=1):
        found = {retries.next_attempt(number, now) for _ in range(20)}
        assert len(found) > 1
        assert all(one is not None and one - now >= rest for one in found)
    assert retries.next_attempt(retries.MOST_ATTEMPTS, now) is None


def test_a_broker_that_is_down_only_delays(
    endpoint: WebhookEndpoint,
    case: Case,
    reader: User,
    receiving: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(dispatch, "send_soon", lambda *_args, **_options: False)
    with django_capture_on_commit_callbacks(execute=True):
        record_read(case=case, reader=reader, conclusion="unsure")
    endpoint.refresh_from_db()
    assert endpoint.handed_over_at is None
    assert len(turn()) == 1
    assert len(receiving.received) == 1


def test_after_a_rotation_both_secrets_verify_for_a_day(
    endpoint: WebhookEndpoint,
    delivery: WebhookDelivery,
    receiving: Receiver,
    secret: str,
    administrator: User,
    reader: User,
    clock: time_machine.Traveller,
) -> None:
    new = rotate_secret(endpoint=endpoint, actor=administrator)
    assert new != secret
    turn()
    received = receiving.received[-1]
    for key in (secret, new):
        Webhook(key).verify(received.body, received.headers)
    clock.shift(timedelta(hours=25))
    record_read(
        case=CaseFactory(
            submitting_organization=endpoint.organization,
            reading_organization=reader.organization,
        ),
        reader=reader,
        conclusion="unsure",
    )
    turn()
    received = receiving.received[-1]
    Webhook(new).verify(received.body, received.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(received.body, received.headers)


def test_keys_that_are_gone_are_said_and_end_nothing(delivery: WebhookDelivery) -> None:
    with override_settings(FIELD_ENCRYPTION_KEYS=["another-key-" + "z" * 40]):
        turn()
    assert delivery.tries.get().error_code == "secret_unreadable"
    delivery.refresh_from_db()
    assert delivery.status == PENDING


def test_what_is_not_wanted_any_more_is_skipped(
    delivery: WebhookDelivery,
    endpoint: WebhookEndpoint,
    receiving: Receiver,
    administrator: User,
) -> None:
    change_endpoint(
        endpoint=endpoint, actor=administrator, url=endpoint.url, event_types=["case.failed"]
    )
    turn()
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.SKIPPED
    assert receiving.received == []


def test_nothing_is_there_to_deliver(db: None) -> None:
    assert deliver(delivery_id=UUID(int=1)) is None
