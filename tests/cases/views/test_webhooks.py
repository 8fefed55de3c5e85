"""The webhooks of an organization, for its administrators."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from cases import dispatch
from cases.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from cases.services.webhooks.delivering import deliver
from cases.services.webhooks.endpoints import create_endpoint, send_test
from cases.vocabulary import DeliveryStatus, WebhookEventType
from cases.webhooks import signing
from tests.cases.webhooks.receiver import Receiver, receiver
from tests.factories import OrganizationFactory

GIVEN: dict[str, Any] = {
    "url": "https://receiver.example/hook",
    "description": "Archive",
    "event_types": ["case.finished", "read.recorded"],
}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "send_soon", lambda *_args, **_options: True)


@pytest.fixture
def signed_in(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def endpoint(sender: Organization, administrator: User) -> WebhookEndpoint:
    return create_endpoint(organization=sender, actor=administrator, **GIVEN)[0]


@pytest.fixture
def receiving(endpoint: WebhookEndpoint, settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_ALLOW_HTTP = True
    with receiver() as started:
        WebhookEndpoint.objects.update(url=started.url)
        endpoint.refresh_from_db()
        yield started


def text(client: Client, name: str, *args: Any, **options: Any) -> str:
    return client.get(reverse(name, args=args), **options).content.decode()


def test_adding_one_shows_its_secret_this_once(signed_in: Client, sender: Organization) -> None:
    assert "Add the first endpoint" in text(signed_in, "webhooks")
    page = signed_in.post(reverse("webhook_add"), GIVEN)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.organization == sender
    secret = signing.unseal(endpoint.encrypted_secret, organization_id=sender.pk)
    assert secret in page.content.decode()
    for shown in (text(signed_in, "webhooks"), text(signed_in, "webhook_endpoint", endpoint.pk)):
        assert "Archive" in shown
        assert GIVEN["url"] in shown
        assert secret not in shown
        assert endpoint.encrypted_secret not in shown


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"url": "http://receiver.example/"}, "https://"),
        ({"url": "https://192.168.1.1/"}, "network"),
        ({"event_types": []}, "required"),
        ({"event_types": ["case.opened"]}, "case.opened"),
    ],
)
def test_a_form_that_is_wrong_says_so_in_place(
    signed_in: Client, endpoint: WebhookEndpoint, wrong: dict[str, Any], says: str
) -> None:
    for address in (reverse("webhook_add"), reverse("webhook_change", args=[endpoint.pk])):
        page = signed_in.post(address, GIVEN | wrong)
        assert page.status_code == 422
        assert says in page.content.decode()
    assert WebhookEndpoint.objects.count() == 1


def test_an_eleventh_is_refused(
    signed_in: Client, sender: Organization, administrator: User
) -> None:
    for _ in range(10):
        create_endpoint(organization=sender, actor=administrator, **GIVEN)
    page = signed_in.post(reverse("webhook_add"), GIVEN)
    assert page.status_code == 422
    assert "at most 10 endpoints" in page.content.decode()


def test_changing(signed_in: Client, endpoint: WebhookEndpoint) -> None:
    changed = {"url": "https://new.example/", "description": "", "event_types": ["case.failed"]}
    signed_in.post(reverse("webhook_change", args=[endpoint.pk]), changed)
    endpoint.refresh_from_db()
    assert {name: getattr(endpoint, name) for name in changed} == changed


def test_a_new_secret(signed_in: Client, endpoint: WebhookEndpoint, sender: Organization) -> None:
    page = signed_in.post(reverse("webhook_rotate", args=[endpoint.pk])).content.decode()
    endpoint.refresh_from_db()
    assert signing.unseal(endpoint.encrypted_secret, organization_id=sender.pk) in page
    assert "24 hours" in page
    assert "signs as well until" in text(signed_in, "webhook_endpoint", endpoint.pk)


def test_off_and_on(signed_in: Client, endpoint: WebhookEndpoint) -> None:
    signed_in.post(reverse("webhook_off", args=[endpoint.pk]))
    page = text(signed_in, "webhook_endpoint", endpoint.pk)
    assert "Switched off at" in page
    assert reverse("webhook_test", args=[endpoint.pk]) not in page
    refused = signed_in.post(reverse("webhook_test", args=[endpoint.pk]), follow=True)
    assert "switch it on first" in refused.content.decode()
    on = signed_in.post(reverse("webhook_on", args=[endpoint.pk]), follow=True)
    assert "nothing waited" in on.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.is_active


def test_one_that_was_switched_off_by_itself_is_seen_on_both_pages(
    signed_in: Client, endpoint: WebhookEndpoint
) -> None:
    WebhookEndpoint.objects.update(
        is_active=False, disabled_at=timezone.now(), disabled_reason="dead"
    )
    for page in (text(signed_in, "webhooks"), text(signed_in, "webhook_endpoint", endpoint.pk)):
        assert "Nothing was delivered for a day" in page
        assert "switch it on again" in page


def test_a_test_its_attempts_and_a_replay(
    signed_in: Client, endpoint: WebhookEndpoint, receiving: Receiver
) -> None:
    receiving.statuses = [503]
    signed_in.post(reverse("webhook_test", args=[endpoint.pk]))
    delivery = WebhookDelivery.objects.get()
    deliver(delivery_id=delivery.pk)
    page = text(signed_in, "webhook_endpoint", endpoint.pk)
    for words in ("webhook.test", "HTTP 503", "next attempt", "Failing", str(delivery.event_id)):
        assert words in page
    again = reverse("webhook_replay", args=[delivery.pk])
    assert again not in page
    assert "waits to be sent already" in signed_in.post(again, follow=True).content.decode()
    WebhookDelivery.objects.update(next_attempt_at=timezone.now())
    deliver(delivery_id=delivery.pk)
    page = text(signed_in, "webhook_endpoint", endpoint.pk)
    assert again in page
    assert "Working" in page
    assert "HTTP 204" in page
    assert "sent again" in signed_in.post(again, follow=True).content.decode()
    deliver(delivery_id=delivery.pk)
    assert receiving.ids == [str(delivery.event_id)] * 3


def test_the_page_looks_again_while_a_test_is_under_way_and_no_longer(
    signed_in: Client, endpoint: WebhookEndpoint, receiving: Receiver, administrator: User
) -> None:
    delivery = send_test(endpoint=endpoint, actor=administrator)
    again = 'hx-trigger="every 2s"'
    assert again in text(signed_in, "webhook_endpoint", endpoint.pk)
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert again not in text(signed_in, "webhook_endpoint", endpoint.pk)
    WebhookDelivery.objects.update(created_at=timezone.now())
    deliver(delivery_id=delivery.pk)
    assert again not in text(signed_in, "webhook_endpoint", endpoint.pk)


def test_sending_again_what_failed(
    signed_in: Client, endpoint: WebhookEndpoint, administrator: User
) -> None:
    send_test(endpoint=endpoint, actor=administrator)
    WebhookDelivery.objects.update(status=DeliveryStatus.FAILED, finished_at=timezone.now())
    assert "webhook.test" in text(
        signed_in, "webhook_endpoint", endpoint.pk, data={"status": "failed"}
    )
    assert "None of these" in text(
        signed_in, "webhook_endpoint", endpoint.pk, data={"status": "delivered"}
    )
    address = reverse("webhook_replay_failed", args=[endpoint.pk])
    assert "Choose since when" in signed_in.post(address, {}, follow=True).content.decode()
    done = signed_in.post(address, {"days": "1"}, follow=True)
    assert "One event is sent again" in done.content.decode()
    assert WebhookDelivery.objects.get().status == DeliveryStatus.PENDING
    done = signed_in.post(address, {"days": "30"}, follow=True)
    assert "Nothing has failed" in done.content.decode()


def test_what_an_answer_holds_is_text(
    signed_in: Client, endpoint: WebhookEndpoint, administrator: User
) -> None:
    delivery = send_test(endpoint=endpoint, actor=administrator)
    WebhookAttempt.objects.create(
        delivery=delivery, http_status=500, answer="<script>alert(1)</script>"
    )
    page = text(signed_in, "webhook_endpoint", endpoint.pk)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_another_organization_is_not_there(
    client: Client, endpoint: WebhookEndpoint, reading_administrator: User, sender: Organization
) -> None:
    client.force_login(reading_administrator)
    assert GIVEN["url"] not in text(client, "webhooks")
    for of in (sender.pk, uuid.uuid4(), "nonsense"):
        assert client.get(reverse("webhooks"), {"of": str(of)}).status_code == 404
        given = GIVEN | {"of": str(of)}
        assert client.post(reverse("webhook_add"), given).status_code == 404
    assert client.get(reverse("webhook_endpoint", args=[endpoint.pk])).status_code == 404
    assert WebhookEndpoint.objects.count() == 1


def test_the_operator_chooses_an_organization(
    client: Client, operator: User, endpoint: WebhookEndpoint, sender: Organization
) -> None:
    other = OrganizationFactory(name="Aaa")
    client.force_login(operator)
    assert "Webhooks of Aaa" in text(client, "webhooks")
    assert "Archive" in text(client, "webhooks", data={"of": str(sender.pk)})
    client.post(reverse("webhook_add"), GIVEN | {"of": str(other.pk)})
    assert other.webhook_endpoints.count() == 1


def test_a_platform_without_organizations(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert "no organization yet" in text(client, "webhooks")
    assert client.post(reverse("webhook_add"), GIVEN).status_code == 404


def test_the_menu_leads_there_for_administrators_alone(
    client: Client, administrator: User, owner: User
) -> None:
    for person, seen in ((administrator, True), (owner, False)):
        client.force_login(person)
        assert (reverse("webhooks") in text(client, "case_list")) is seen


def test_queries_do_not_grow_with_what_was_sent(
    signed_in: Client,
    endpoint: WebhookEndpoint,
    sender: Organization,
    administrator: User,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(6):
        create_endpoint(
            organization=sender, actor=administrator, **GIVEN | {"event_types": WebhookEventType}
        )
    for _ in range(20):
        delivery = send_test(endpoint=endpoint, actor=administrator)
        WebhookDelivery.objects.update(status=DeliveryStatus.FAILED, finished_at=timezone.now())
        for _ in range(3):
            WebhookAttempt.objects.create(delivery=delivery, http_status=500)
    with django_assert_max_num_queries(5):
        signed_in.get(reverse("webhooks"))
    with django_assert_max_num_queries(5):
        signed_in.get(reverse("webhook_endpoint", args=[endpoint.pk]))


def test_administration_shows_what_was_sent_and_no_secret(
    signed_in: Client, endpoint: WebhookEndpoint, administrator: User, stranger: User
) -> None:
    delivery = send_test(endpoint=endpoint, actor=administrator)
    WebhookAttempt.objects.create(delivery=delivery, http_status=418, answer="a teapot")
    page = text(signed_in, "admin:cases_webhookdelivery_change", delivery.pk)
    assert "a teapot" in page
    assert str(endpoint.pk) in page
    page = text(signed_in, "admin:cases_webhookendpoint_change", endpoint.pk)
    assert GIVEN["url"] in page
    assert endpoint.encrypted_secret not in page
    listed = reverse("admin:cases_webhookendpoint_changelist")
    guess = signed_in.get(listed, {"encrypted_secret__startswith": "g"})
    assert guess.status_code in {302, 400}
