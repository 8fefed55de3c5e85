"""An administrator who signed in, an endpoint, and a receiver behind it."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, User
from cases import dispatch
from cases.models import WebhookEndpoint
from cases.services.webhooks.endpoints import create_endpoint
from tests.cases.views.webhooks.pages import GIVEN
from tests.cases.webhooks.receiver import Receiver, receiver


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
