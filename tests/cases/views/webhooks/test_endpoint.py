"""The page of one endpoint: what was sent there, and what is done with it."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from cases.selectors.webhooks import SHOWN
from cases.services.webhooks.delivering import deliver
from cases.services.webhooks.endpoints import send_test
from cases.vocabulary import DeliveryStatus
from cases.webhooks import signing
from tests.cases.views.webhooks.pages import send, text
from tests.cases.webhooks.receiver import Receiver


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
    page = text(signed_in, "webhook_endpoint", endpoint.pk)
    assert "signs as well until" in page
    assert "New secret<" not in page
    address = reverse("webhook_rotate", args=[endpoint.pk])
    assert "signs still" in signed_in.post(address, follow=True).content.decode()
    ended = signed_in.post(address, {"at_once": "yes"}).content.decode()
    assert "24 hours" not in ended
    endpoint.refresh_from_db()
    assert signing.unseal(endpoint.encrypted_secret, organization_id=sender.pk) in ended
    assert "New secret<" in text(signed_in, "webhook_endpoint", endpoint.pk)


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


def test_removing(signed_in: Client, endpoint: WebhookEndpoint) -> None:
    page = signed_in.post(reverse("webhook_remove", args=[endpoint.pk]), follow=True)
    assert page.redirect_chain == [(reverse("webhooks"), 302)]
    assert "The endpoint Archive was removed" in page.content.decode()
    assert reverse("webhook_endpoint", args=[endpoint.pk]) not in text(signed_in, "webhooks")
    assert signed_in.get(reverse("webhook_endpoint", args=[endpoint.pk])).status_code == 404


def test_what_was_sent_earlier_is_on_further_pages(
    signed_in: Client, endpoint: WebhookEndpoint
) -> None:
    sent = [send(endpoint) for _n in range(SHOWN + 1)]
    first = text(signed_in, "webhook_endpoint", endpoint.pk)
    assert str(sent[0].event_id) not in first
    assert str(sent[-1].event_id) in first
    (older,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', first)
    second = signed_in.get(reverse("webhook_endpoint", args=[endpoint.pk]) + older)
    assert str(sent[0].event_id) in second.content.decode()
    assert str(sent[1].event_id) not in second.content.decode()
    broken = signed_in.get(reverse("webhook_endpoint", args=[endpoint.pk]), {"after": "nowhere"})
    assert broken.status_code == 400


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
    assert again in page
    assert "Send now" in page
    assert "is sent again" in signed_in.post(again, follow=True).content.decode()
    assert "waits to be sent already" in signed_in.post(again, follow=True).content.decode()
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
