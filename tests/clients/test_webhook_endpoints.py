"""The platform's own deliveries arrive at a real receiver and are verified."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from fracture_client import (
    BadWebhook,
    Client,
    Conflict,
    Event,
    NotAllowed,
    NotFound,
    Refused,
    verify_webhook,
)
from tests.clients.conftest import HOSPITAL, PARTNER, READER, made_key
from tests.clients.stubborn import Answer, Stubborn
from tests.factories import phantom
from tests.running_site import RunningSite, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]
EVENTS = ["case.finished", "read.recorded"]


@pytest.fixture(scope="module")
def admin_key(site: RunningSite) -> str:
    return made_key(site, PARTNER, "admin")


@pytest.fixture
def admin(site: RunningSite, admin_key: str) -> Iterator[Client]:
    """Whatever it made is removed: the site is shared."""
    with Client(site.base_url, admin_key) as client:
        yield client
        for one in client.webhooks.list():
            client.webhooks.remove(one.id)


def events(receiver: Stubborn, secret: str) -> list[Event]:
    """Verified, each that came, the first ones first."""
    return [verify_webhook(body, headers, secret) for _m, _p, headers, body in receiver.heard]


def test_what_happens_to_a_case_arrives_and_is_verified(
    site: RunningSite, admin: Client, stubborn: Stubborn
) -> None:
    made = admin.webhooks.create(f"{stubborn.address}/hook", EVENTS, description="tests")
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    case = admin.submit([phantom(seed=9600)], patient_reference="C-told")
    wait_for(lambda: stubborn.heard, seconds=60)
    with Client(site.base_url, made_key(site, HOSPITAL, "submit")) as hospital:
        read = hospital.record_read(case.id, reader_email=READER, conclusion="no_fracture")
    wait_for(lambda: len(stubborn.heard) == 2)

    finished, recorded = events(stubborn, made.secret)
    assert (finished.type, finished.data) == (
        "case.finished",
        {"case_id": case.id, "status": "finished"},
    )
    assert (recorded.type, recorded.data["read_id"]) == ("read.recorded", read.id)
    method, path, headers, body = stubborn.heard[0]
    assert (method, path) == ("POST", "/hook")
    with pytest.raises(BadWebhook, match="No signature"):
        verify_webhook(body.replace(b"finished", b"failed"), headers, made.secret)
    with pytest.raises(BadWebhook, match="No signature"):
        verify_webhook(body, {**headers, "webhook-id": recorded.id}, made.secret)
    late = datetime.now(UTC) + timedelta(minutes=6)
    with pytest.raises(BadWebhook, match="clock"):
        verify_webhook(body, headers, made.secret, now=late.timestamp())

    wait_for(lambda: len(list(admin.webhooks.deliveries(made.id, status="delivered"))) == 2)
    told = list(admin.webhooks.deliveries(made.id, page_size=1))
    assert [one.event_id for one in told] == [recorded.id, finished.id]
    assert (told[1].case, told[1].payload) == (case.id, json.loads(body))
    assert told[1].attempts[0].http_status == 200
    again = admin.webhooks.replay(told[1].id)
    assert again.event_id == finished.id
    wait_for(lambda: len(stubborn.heard) == 3)
    assert events(stubborn, made.secret)[2] == finished  # the same id: dropped by who has seen it


def test_two_secrets_for_a_while(admin: Client, stubborn: Stubborn) -> None:
    made = admin.webhooks.create(f"{stubborn.address}/hook", EVENTS)
    second = admin.webhooks.rotate_secret(made.id)
    assert second.previous_secret_until is not None
    with pytest.raises(Conflict) as raised:
        admin.webhooks.rotate_secret(made.id)
    assert raised.value.code == "two_secrets"
    assert admin.webhooks.send_test(made.id).event_type == "webhook.test"
    wait_for(lambda: stubborn.heard)
    for secret in (made.secret, second.secret):
        (event,) = events(stubborn, secret)
        assert (event.type, event.data) == ("webhook.test", {"endpoint_id": made.id})

    third = admin.webhooks.rotate_secret(made.id, at_once=True)
    assert third.previous_secret_until is None
    stubborn.heard.clear()
    admin.webhooks.send_test(made.id)
    wait_for(lambda: stubborn.heard)
    assert len(events(stubborn, third.secret)) == 1
    for secret in (made.secret, second.secret):
        with pytest.raises(BadWebhook):
            events(stubborn, secret)


def test_a_receiver_that_was_broken_is_told_at_once_once_it_is_mended(
    admin: Client, stubborn: Stubborn
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    made = admin.webhooks.create(f"{stubborn.address}/hook", EVENTS)
    stubborn.answers = [Answer(500, "broken")]
    admin.webhooks.send_test(made.id)
    (waits,) = wait_for(
        lambda: [
            one for one in admin.webhooks.deliveries(made.id, status="pending") if one.attempts
        ]
    )
    assert (waits.attempts[0].http_status, waits.attempts[0].answer) == (500, "broken")
    assert waits.next_attempt_at is not None
    assert admin.webhooks.replay_failed(made.id, began) == 1
    wait_for(lambda: len(stubborn.heard) == 2)
    first, then = events(stubborn, made.secret)
    assert first.id == then.id == waits.event_id


def test_an_endpoint_is_changed_switched_and_removed(
    site: RunningSite, admin: Client, stubborn: Stubborn, partner_key: str
) -> None:
    made = admin.webhooks.create(f"{stubborn.address}/hook", EVENTS, description="before")
    assert [one.id for one in admin.webhooks.list()] == [made.id]
    changed = admin.webhooks.change(made.id, event_types=["case.failed"], description="")
    assert (changed.url, changed.description) == (made.url, "")
    assert changed.event_types == ("case.failed",)
    assert not admin.webhooks.switch_off(made.id).is_active
    with pytest.raises(Conflict) as off:
        admin.webhooks.send_test(made.id)
    assert off.value.code == "endpoint_off"
    assert admin.webhooks.switch_on(made.id).is_active
    assert admin.webhooks.get(made.id).organization.name == PARTNER
    with pytest.raises(Refused) as unknown:
        admin.webhooks.create(made.url, ["case.vanished"])
    assert unknown.value.status == 422
    with pytest.raises(Refused) as refused:
        admin.webhooks.change(made.id, url="ftp://receiver.example")
    assert refused.value.code == "url_refused"
    admin.webhooks.remove(made.id)
    with pytest.raises(NotFound):
        admin.webhooks.get(made.id)
    with Client(site.base_url, partner_key) as lesser, pytest.raises(NotAllowed) as raised:
        lesser.webhooks.list()
    assert raised.value.code == "scope_missing"
