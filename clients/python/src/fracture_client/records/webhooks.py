"""Endpoints of webhooks, and what was sent to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fracture_client.records.cases import Organization


@dataclass(frozen=True)
class Endpoint:
    """Where events are posted. `state` says in a word how it does; of what happened before
    `listening_since` nothing is sent."""

    id: str
    organization: Organization
    url: str
    description: str
    event_types: tuple[str, ...]
    is_active: bool
    state: str
    created_at: datetime
    listening_since: datetime
    last_delivered_at: datetime | None
    disabled_at: datetime | None
    disabled_reason: str
    previous_secret_until: datetime | None
    waiting: int
    failed: int


@dataclass(frozen=True)
class EndpointSecret(Endpoint):
    """An endpoint with its new `secret`, which is told this once. Printing the record does not
    show it."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """One request: the HTTP status of its answer, or the code of what kept one away; `answer` is
    its beginning."""

    at: datetime
    http_status: int | None
    error_code: str
    milliseconds: int
    answer: str


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint. `event_id` is what the receiver sees as `webhook-id`,
    the same with each attempt; `attempts` are the newest first."""

    id: str
    event_id: str
    event_type: str
    case: str | None
    payload: dict[str, Any]
    status: str
    happened_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    attempts: tuple[Attempt, ...]
