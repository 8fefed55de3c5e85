"""An endpoint's turn: one worker at a time sends what is due there, for a while."""

import time
import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import Organization
from cases.clock import database_now
from cases.models import WebhookEndpoint
from cases.selectors.webhooks import due_deliveries, due_endpoints
from cases.services.webhooks.delivering import deliver
from cases.services.webhooks.handing_over import hand_over, take_back

SECONDS = 2.0
"""After so long the next endpoint has its turn; a delivery that is under way ends first."""
MOST_OF_ONE = 3
"""Turns of one organization at once: the other workers are there for the others."""


def take_turn(*, endpoint_id: UUID) -> int:
    """Send what is due, the longest due first; how many attempts were made.

    An endpoint that somebody else has its turn with is left alone: whoever has it looks again
    after he gave it back, so that what was written meanwhile waits for no scheduler.
    """
    take_back(endpoint_id)
    turn = _begin(endpoint_id)
    if turn is None:
        return 0
    try:
        attempts = _send(endpoint_id, turn)
    finally:
        _end(endpoint_id, turn)
    _next_of_the_organization(endpoint_id)
    return attempts


def _send(endpoint_id: UUID, turn: UUID) -> int:
    attempts = 0
    until = time.monotonic() + SECONDS
    while (delivery_id := _next_due(endpoint_id)) and _renew(endpoint_id, turn):
        attempts += deliver(delivery_id=delivery_id) is not None
        if time.monotonic() > until:
            break
    return attempts


def _next_due(endpoint_id: UUID) -> UUID | None:
    due = due_deliveries(database_now()).filter(endpoint=endpoint_id)
    return due.values_list("pk", flat=True).first()


def _begin(endpoint_id: UUID) -> UUID | None:
    """What this turn is called; None if it is somebody else's, or too many of its organization
    are under way, one of which asks again when it ends."""
    row = WebhookEndpoint.objects.filter(pk=endpoint_id)
    organization_id = row.values_list("organization", flat=True).first()
    if organization_id is None:
        return None
    with transaction.atomic():
        # One after the other, or several would count the same.
        Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        now = database_now()
        busy = WebhookEndpoint.objects.filter(organization=organization_id, turn_until__gt=now)
        if busy.exclude(pk=endpoint_id).count() >= MOST_OF_ONE:
            return None
        turn = uuid.uuid4()
        free = row.filter(Q(turn_until__isnull=True) | Q(turn_until__lte=now))
        begun = free.update(turn=turn, turn_until=_lease(now), last_turn_at=now)
    return turn if begun else None


def _next_of_the_organization(endpoint_id: UUID) -> None:
    """Hand over the one that waited longest for its turn; that may be the same again."""
    mine = WebhookEndpoint.objects.filter(pk=endpoint_id).values("organization")
    waiting = due_endpoints(database_now()).filter(organization__in=mine)
    hand_over(waiting.values_list("pk", flat=True)[:1])


def _renew(endpoint_id: UUID, turn: UUID) -> bool:
    """False for one that lasted too long, so that another began."""
    mine = WebhookEndpoint.objects.filter(pk=endpoint_id, turn=turn)
    return bool(mine.update(turn_until=_lease(database_now())))


def _end(endpoint_id: UUID, turn: UUID) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint_id, turn=turn).update(turn=None, turn_until=None)


def _lease(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.WEBHOOK_LEASE_SECONDS)
