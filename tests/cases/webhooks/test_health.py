"""An endpoint that hangs rests; one that is dead or gone is switched off, with a word about it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Organization, User
from cases.models import Case, WebhookDelivery, WebhookEndpoint
from cases.selectors.webhooks import due_deliveries
from cases.services.reads import record_read
from cases.services.webhooks.delivering import deliver
from cases.services.webhooks.endpoints import (
    WebhookRefused,
    change_endpoint,
    send_test,
    switch_off,
    switch_on,
)
from cases.services.webhooks.replaying import replay, replay_failed
from cases.vocabulary import DeliveryStatus
from cases.webhooks import retries
from tests.cases.webhooks.receiver import Receiver
from tests.factories import CaseFactory, UserFactory


def make(endpoint: WebhookEndpoint, reader: User, number: int = 1) -> list[WebhookDelivery]:
    for _ in range(number):
        case = CaseFactory(
            submitting_organization=endpoint.organization,
            reading_organization=reader.organization,
        )
        record_read(case=case, reader=reader, conclusion="unsure")
    return list(endpoint.deliveries.order_by("created_at"))


def test_one_that_hangs_again_and_again_is_left_alone_as_a_whole(
    endpoint: WebhookEndpoint,
    receiving: Receiver,
    reader: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retries, "SLOW_MILLISECONDS", 0)
    deliveries = make(endpoint, reader, retries.PATIENCE + 3)
    receiving.statuses = [500] * retries.PATIENCE
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for delivery in deliveries:
            deliver(delivery_id=delivery.pk)
        assert len(receiving.received) == retries.PATIENCE
        assert not due_deliveries(timezone.now()).exists()
        clock.shift(timedelta(seconds=61))
        due = list(due_deliveries(timezone.now()))
        assert len(due) >= 3
        for delivery in due:
            deliver(delivery_id=delivery.pk)
    endpoint.refresh_from_db()
    assert (endpoint.consecutive_failures, endpoint.failing_since) == (0, None)
    assert (endpoint.resting_until, endpoint.state) == (None, "working")
    assert endpoint.last_success_at is not None


def test_how_long_it_rests() -> None:
    now = timezone.now()
    assert retries.rest(retries.PATIENCE - 1, 9000, now) is None
    assert retries.rest(retries.PATIENCE, 9000, now) == now + timedelta(minutes=1)
    assert retries.rest(1000, 9000, now) == now + retries.LONGEST_REST
    assert retries.rest(1000, 20, now) is None


def test_gone_is_believed_at_once(
    endpoint: WebhookEndpoint,
    receiving: Receiver,
    reader: User,
    administrator: User,
    owner: User,
    reading_administrator: User,
    mailoutbox: list[Any],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    UserFactory(
        organization=endpoint.organization,
        role=User.Role.ORGANIZATION_ADMINISTRATOR,
        is_active=False,
    )
    first, second = make(endpoint, reader, 2)
    receiving.statuses = [410]
    with django_capture_on_commit_callbacks(execute=True):
        deliver(delivery_id=first.pk)
        deliver(delivery_id=second.pk)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason, endpoint.state) == (False, "gone", "off")
    first.refresh_from_db()
    assert first.status == DeliveryStatus.FAILED
    assert len(receiving.received) == 1
    (letter,) = mailoutbox
    assert letter.to == [administrator.email]
    assert endpoint.url in letter.body
    assert "410" in letter.body
    assert not due_deliveries(timezone.now()).exists()


def test_nothing_delivered_for_a_day_is_dead(
    endpoint: WebhookEndpoint,
    receiving: Receiver,
    reader: User,
    administrator: User,
    mailoutbox: list[Any],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    (delivery,) = make(endpoint, reader)
    receiving.statuses = [500] * 99
    with (
        time_machine.travel(timezone.now(), tick=False) as clock,
        django_capture_on_commit_callbacks(execute=True),
    ):
        while True:
            delivery.refresh_from_db()
            if delivery.status != DeliveryStatus.PENDING:
                break
            clock.move_to(max(delivery.next_attempt_at, timezone.now() + timedelta(minutes=1)))
            deliver(delivery_id=delivery.pk)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_reason) == (False, "dead")
    assert [letter.to for letter in mailoutbox] == [[administrator.email]]
    assert not retries.is_dead(retries.DEAD_FAILURES - 1, timezone.now(), timezone.now())
    assert not retries.is_dead(
        99, timezone.now() - retries.DEAD_AFTER + timedelta(hours=1), timezone.now()
    )


def test_switching_on_sends_what_waited(
    endpoint: WebhookEndpoint, receiving: Receiver, reader: User, administrator: User
) -> None:
    first, second = make(endpoint, reader, 2)
    receiving.statuses = [500]
    deliver(delivery_id=first.pk)
    assert switch_off(endpoint=endpoint, actor=administrator)
    assert not switch_off(endpoint=endpoint, actor=administrator)
    make(endpoint, reader)
    assert endpoint.deliveries.count() == 2
    assert deliver(delivery_id=second.pk) is None
    assert switch_on(endpoint=endpoint, actor=administrator) == 2
    assert switch_on(endpoint=endpoint, actor=administrator) == 0
    for delivery in due_deliveries(timezone.now()):
        deliver(delivery_id=delivery.pk)
    assert set(receiving.ids) == {str(first.event_id), str(second.event_id)}
    endpoint.refresh_from_db()
    assert endpoint.state == "working"


def test_a_new_address_starts_afresh(
    endpoint: WebhookEndpoint, receiving: Receiver, reader: User, administrator: User
) -> None:
    (delivery,) = make(endpoint, reader)
    receiving.statuses = [500]
    deliver(delivery_id=delivery.pk)
    endpoint.refresh_from_db()
    assert endpoint.state == "failing"
    change_endpoint(
        endpoint=endpoint,
        actor=administrator,
        url=receiving.url + "/new",
        event_types=endpoint.event_types,
    )
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.consecutive_failures) == ("new", 0)
    assert deliver(delivery_id=delivery.pk) is None  # it rests a few seconds still
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    deliver(delivery_id=delivery.pk)
    assert receiving.received[-1].path == "/hook/new"


def test_replaying_one(
    endpoint: WebhookEndpoint,
    receiving: Receiver,
    reader: User,
    administrator: User,
    sent: list[list[str]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    (delivery,) = make(endpoint, reader)
    assert not replay(delivery=delivery, actor=administrator)  # it waits anyway
    deliver(delivery_id=delivery.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert replay(delivery=delivery, actor=administrator)
    assert sent[-1] == ["cases.deliver_webhooks", "webhooks", str(endpoint.pk)]
    deliver(delivery_id=delivery.pk)
    assert receiving.ids == [str(delivery.event_id)] * 2
    assert delivery.tries.count() == 2
    switch_off(endpoint=endpoint, actor=administrator)
    with pytest.raises(WebhookRefused, match="switch it on"):
        replay(delivery=WebhookDelivery.objects.get(), actor=administrator)


def test_what_waits_for_its_next_attempt_is_sent_at_once(
    endpoint: WebhookEndpoint, receiving: Receiver, reader: User, administrator: User
) -> None:
    """The receiver was mended: nobody waits for hours."""
    one, other, untried = make(endpoint, reader, 3)
    receiving.statuses = [500, 500]
    for delivery in (one, other):
        deliver(delivery_id=delivery.pk)
    later = timezone.now() + timedelta(hours=8)
    WebhookDelivery.objects.filter(attempts=1).update(next_attempt_at=later)
    WebhookEndpoint.objects.update(resting_until=later)
    assert not due_deliveries(timezone.now()).exists()
    assert replay(delivery=untried, actor=administrator)  # it waited for the endpoint alone
    assert not replay(delivery=untried, actor=administrator)
    assert replay(delivery=one, actor=administrator)
    assert set(due_deliveries(timezone.now())) == {untried, one}
    since = timezone.now() - timedelta(days=1)
    assert replay_failed(endpoint=endpoint, since=since, actor=administrator) == 1
    assert due_deliveries(timezone.now()).count() == 3
    one.refresh_from_db()
    assert (one.status, one.attempts) == (DeliveryStatus.PENDING, 1)


def test_replaying_what_failed_since_a_moment(
    endpoint: WebhookEndpoint, receiving: Receiver, reader: User, administrator: User
) -> None:
    early, late, delivered = make(endpoint, reader, 3)
    deliver(delivery_id=delivered.pk)
    long_ago = timezone.now() - timedelta(days=3)
    failed = {"status": DeliveryStatus.FAILED, "finished_at": timezone.now(), "attempts": 11}
    WebhookDelivery.objects.filter(pk__in=[early.pk, late.pk]).update(**failed)
    WebhookDelivery.objects.filter(pk=early.pk).update(created_at=long_ago)
    since = timezone.now() - timedelta(days=1)
    assert replay_failed(endpoint=endpoint, since=since, actor=administrator) == 1
    assert [row.pk for row in due_deliveries(timezone.now())] == [late.pk]
    assert replay_failed(endpoint=endpoint, since=long_ago, actor=administrator) == 1


def test_a_test_event(
    endpoint: WebhookEndpoint, receiving: Receiver, administrator: User, sender: Organization
) -> None:
    delivery = send_test(endpoint=endpoint, actor=administrator)
    assert send_test(endpoint=endpoint, actor=administrator) == delivery
    answer = deliver(delivery_id=delivery.pk)
    assert answer is not None
    assert answer.is_success
    assert b'"type":"webhook.test"' in receiving.received[0].body
    assert send_test(endpoint=endpoint, actor=administrator) != delivery
    switch_off(endpoint=endpoint, actor=administrator)
    endpoint.refresh_from_db()
    with pytest.raises(WebhookRefused):
        send_test(endpoint=endpoint, actor=administrator)


def test_a_closed_organization_is_sent_nothing(
    endpoint: WebhookEndpoint, case: Case, reader: User, receiving: Receiver
) -> None:
    (delivery,) = make(endpoint, reader)
    Organization.objects.filter(pk=endpoint.organization_id).update(is_active=False)
    assert deliver(delivery_id=delivery.pk) is None
    assert not due_deliveries(timezone.now()).exists()
