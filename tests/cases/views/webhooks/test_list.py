"""The webhooks of an organization, for its administrators."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from cases.services.webhooks.endpoints import create_endpoint, send_test
from cases.vocabulary import DeliveryStatus, WebhookEventType
from cases.webhooks import signing
from tests.cases.views.webhooks.pages import GIVEN, text
from tests.factories import OrganizationFactory


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
