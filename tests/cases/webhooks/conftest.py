"""A receiver on this machine, to which the operator opened the way, and an endpoint there."""

from collections.abc import Iterator
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Organization, User
from cases import clock, dispatch
from cases.models import Case, WebhookEndpoint
from cases.services.webhooks.endpoints import create_endpoint
from cases.vocabulary import WebhookEventType
from tests.cases.webhooks.receiver import Receiver, receiver
from tests.factories import CaseFactory


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What is handed to the queue; no broker is asked."""
    messages: list[list[str]] = []

    def send_soon(name: str, *, queue: str, args: list[str]) -> bool:
        messages.append([name, queue, *args])
        return True

    monkeypatch.setattr(dispatch, "send_soon", send_soon)
    return messages


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that tests can move, whatever the database."""
    monkeypatch.setattr(clock, "connection", SimpleNamespace(vendor="moved"))


@pytest.fixture
def loopback(settings: Any) -> None:
    """As in demo mode."""
    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_ALLOW_HTTP = True


@pytest.fixture
def receiving(loopback: None) -> Iterator[Receiver]:
    with receiver() as started:
        yield started


@pytest.fixture
def made(
    receiving: Receiver, sender: Organization, administrator: User
) -> tuple[WebhookEndpoint, str]:
    """The sender's endpoint for everything, and its secret."""
    return create_endpoint(
        organization=sender,
        actor=administrator,
        url=receiving.url,
        event_types=WebhookEventType.values,
    )


@pytest.fixture
def endpoint(made: tuple[WebhookEndpoint, str]) -> WebhookEndpoint:
    return made[0]


@pytest.fixture
def secret(made: tuple[WebhookEndpoint, str]) -> str:
    return made[1]


@pytest.fixture
def case(sender: Organization, hospital: Organization) -> Case:
    return CaseFactory(submitting_organization=sender, reading_organization=hospital)
