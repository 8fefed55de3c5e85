"""Endpoints take turns: one worker at each, for a while, and nobody takes all of them."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Organization, User
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.selectors.webhooks import due_deliveries, due_endpoints
from cases.services.reads import record_read
from cases.services.webhooks import turns
from cases.services.webhooks.endpoints import create_endpoint
from cases.services.webhooks.turns import take_turn
from cases.webhooks import transport
from tests.cases.services.test_concurrency import at_once
from tests.cases.webhooks.receiver import Receiver
from tests.factories import CaseFactory


def read_some(endpoint: WebhookEndpoint, reader: User, number: int) -> None:
    """Cases that the organization of the endpoint sent are read, which it is told of."""
    for _n in range(number):
        case = CaseFactory(
            submitting_organization=endpoint.organization, reading_organization=reader.organization
        )
        record_read(case=case, reader=reader, conclusion="unsure")


def further(endpoint: WebhookEndpoint, administrator: User) -> WebhookEndpoint:
    """Another one of the same organization, at the same address."""
    return create_endpoint(
        organization=endpoint.organization,
        actor=administrator,
        url=endpoint.url,
        event_types=endpoint.event_types,
    )[0]


def waiting() -> int:
    return due_deliveries(timezone.now()).count()


def test_one_message_however_much_happened(
    endpoint: WebhookEndpoint,
    reader: User,
    receiving: Receiver,
    sent: list[list[str]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        read_some(endpoint, reader, 3)
    message = ["cases.deliver_webhooks", "webhooks", str(endpoint.pk)]
    assert sent == [message]
    assert not due_endpoints(timezone.now()).exists()
    assert due_endpoints(timezone.now() + timedelta(seconds=31)).get() == endpoint  # it got lost
    assert take_turn(endpoint_id=endpoint.pk) == len(receiving.received) == 3
    with django_capture_on_commit_callbacks(execute=True):
        read_some(endpoint, reader, 1)
    assert sent == [message] * 2


def test_what_happens_meanwhile_is_sent_in_the_same_turn(
    endpoint: WebhookEndpoint,
    reader: User,
    monkeypatch: pytest.MonkeyPatch,
    sent: list[list[str]],
) -> None:
    read_some(endpoint, reader, 1)
    posted: list[Any] = []

    def post(**request: Any) -> transport.Answer:
        posted.append(request)
        if len(posted) == 1:
            read_some(endpoint, reader, 1)
            assert take_turn(endpoint_id=endpoint.pk) == 0  # its message came: somebody is at it
        return transport.Answer(204, "", 5)

    monkeypatch.setattr(transport, "post", post)
    assert take_turn(endpoint_id=endpoint.pk) == 2
    assert (waiting(), sent) == (0, [])


def test_after_a_while_the_next_one_has_its_turn(
    endpoint: WebhookEndpoint,
    reader: User,
    receiving: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    sent: list[list[str]],
) -> None:
    monkeypatch.setattr(turns, "SECONDS", 0.0)
    read_some(endpoint, reader, 2)
    assert take_turn(endpoint_id=endpoint.pk) == 1
    assert sent == [["cases.deliver_webhooks", "webhooks", str(endpoint.pk)]]  # behind the others
    endpoint.refresh_from_db()
    assert (endpoint.turn, endpoint.turn_until) == (None, None)
    assert take_turn(endpoint_id=endpoint.pk) == 1
    assert (waiting(), len(sent)) == (0, 1)


def test_one_organization_does_not_take_every_worker(
    endpoint: WebhookEndpoint,
    administrator: User,
    reading_administrator: User,
    reader: User,
    receiving: Receiver,
) -> None:
    for _n in range(turns.MOST_OF_ONE):
        further(endpoint, administrator)
    assert reading_administrator.organization is not None
    theirs, _secret = create_endpoint(
        organization=reading_administrator.organization,
        actor=reading_administrator,
        url=receiving.url,
        event_types=["read.recorded"],
    )
    read_some(endpoint, reader, 1)
    busy = WebhookEndpoint.objects.filter(organization=endpoint.organization).exclude(
        pk=endpoint.pk
    )
    busy.update(turn_until=timezone.now() + timedelta(seconds=30))
    assert take_turn(endpoint_id=endpoint.pk) == 0
    assert endpoint in due_endpoints(timezone.now())  # whoever of them ends hands it over
    assert take_turn(endpoint_id=theirs.pk) == 1
    busy.update(turn_until=timezone.now() - timedelta(seconds=1))  # their workers died
    assert take_turn(endpoint_id=endpoint.pk) == 1


def test_of_one_organization_the_longest_waiting_is_next(
    endpoint: WebhookEndpoint,
    administrator: User,
    reader: User,
    receiving: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    sent: list[list[str]],
) -> None:
    """Three that have much to be told do not keep a fourth one waiting."""
    monkeypatch.setattr(turns, "SECONDS", 0.0)
    four = [endpoint, *(further(endpoint, administrator) for _n in range(3))]
    read_some(endpoint, reader, 3)
    for one in four[:3]:
        take_turn(endpoint_id=one.pk)
    asked = [message[-1] for message in sent]
    assert asked[0] == str(min(four[1:], key=lambda one: one.pk).pk)
    WebhookEndpoint.objects.update(handed_over_at=None)
    sent.clear()
    take_turn(endpoint_id=endpoint.pk)
    assert [message[-1] for message in sent] == [str(four[3].pk)]


@pytest.mark.usefixtures("several_connections")
def test_no_more_of_one_organization_however_many_begin_at_once(
    sender: Organization, administrator: User
) -> None:
    made = [
        create_endpoint(
            organization=sender,
            actor=administrator,
            url="https://receiver.example/",
            event_types=["read.recorded"],
        )[0]
        for _n in range(8)
    ]
    began = at_once(*(partial(turns._begin, one.pk) for one in made))
    assert sum(turn is not None for turn in began) == turns.MOST_OF_ONE


def test_one_whose_turn_was_taken_over_stops(
    endpoint: WebhookEndpoint, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_some(endpoint, reader, 2)

    def post(**_request: Any) -> transport.Answer:
        WebhookEndpoint.objects.update(turn=None, turn_until=timezone.now() + timedelta(minutes=1))
        return transport.Answer(204, "", 5)

    monkeypatch.setattr(transport, "post", post)
    assert take_turn(endpoint_id=endpoint.pk) == 1
    assert WebhookDelivery.objects.filter(status="pending").count() == 1
    endpoint.refresh_from_db()
    assert endpoint.turn_until is not None  # the other one's
