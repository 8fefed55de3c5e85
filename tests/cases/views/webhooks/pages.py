"""What tests of the webhooks' pages ask for."""

from typing import Any, cast

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.services.webhooks.endpoints import send_test
from cases.vocabulary import DeliveryStatus

GIVEN: dict[str, Any] = {
    "url": "https://receiver.example/hook",
    "description": "Archive",
    "event_types": ["case.finished", "read.recorded"],
}


def text(client: Client, name: str, *args: Any, **options: Any) -> str:
    return client.get(reverse(name, args=args), **options).content.decode()


def send(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A test that was delivered."""
    delivery = send_test(endpoint=endpoint, actor=cast("User", endpoint.created_by))
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.DELIVERED, finished_at=timezone.now()
    )
    return delivery
