"""Deliver one event to one endpoint: claim it, post it, write down what came of it.

At least once: a worker that dies after the receiver answered leaves a lease that runs out, and the
event goes out again under the same id.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from cases.clock import database_now
from cases.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from cases.services.webhooks import health
from cases.vocabulary import TEST_EVENT, AttemptError, DeliveryStatus
from cases.webhooks import retries, signing, transport

log = structlog.get_logger(__name__)
AGENT = "fracture-platform-webhooks/1"
GONE = 410


def deliver(*, delivery_id: UUID) -> transport.Answer | None:
    """One attempt; None if there was nothing to do, or somebody else does it."""
    claimed = claim(delivery_id=delivery_id)
    if claimed is None:
        return None
    answer = _post(claimed)
    record(claimed=claimed, answer=answer)
    log.info(
        "webhook_attempt",
        delivery=str(claimed.pk),
        endpoint=str(claimed.endpoint_id),
        attempt=claimed.attempts,
        status=answer.status,
        error=answer.error,
        ms=answer.milliseconds,
    )
    return answer


def _post(claimed: WebhookDelivery) -> transport.Answer:
    event, endpoint = claimed.event, claimed.endpoint
    body = event.body.encode()
    try:
        keys = _secrets(endpoint)
    except InvalidToken:
        return transport.Answer(None, AttemptError.SECRET_UNREADABLE, 0)
    headers = signing.signed_headers(
        message_id=str(event.pk),
        timestamp=int(database_now().timestamp()),
        body=body,
        keys=keys,
    )
    headers |= {"content-type": "application/json", "user-agent": AGENT}
    return transport.post(url=endpoint.url, headers=headers, body=body)


def claim(*, delivery_id: UUID) -> WebhookDelivery | None:
    """Take a delivery that is due; its attempt is counted. None if it is not to be had.

    The UPDATE asks for columns of the row alone: with a join PostgreSQL would not ask again after
    it waited for another claim.
    """
    now = database_now()
    row = (
        WebhookDelivery.objects.select_related("event", "endpoint__organization")
        .filter(pk=delivery_id, status=DeliveryStatus.PENDING)
        .first()
    )
    if row is None or not _takes(row.endpoint, now):
        return None
    free = WebhookDelivery.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now),
        pk=row.pk,
        status=DeliveryStatus.PENDING,
        attempts=row.attempts,
        next_attempt_at__lte=now,
    )
    ends = _ends(row)
    fields = (
        {"status": ends, "finished_at": now, "lease_until": None}
        if ends
        else {
            "attempts": F("attempts") + 1,
            "lease_until": now + timedelta(seconds=settings.WEBHOOK_LEASE_SECONDS),
        }
    )
    with transaction.atomic():
        if not free.update(**fields):
            return None
        if row.lease_until is not None:  # the one who claimed it before never came back
            WebhookAttempt.objects.create(delivery=row, at=now, error_code=AttemptError.INTERRUPTED)
    if ends:
        return None
    row.attempts += 1
    return row


def _takes(endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Whether anything is sent there now; what is not waits."""
    resting = endpoint.resting_until is not None and endpoint.resting_until > now
    return endpoint.is_active and endpoint.organization.is_active and not resting


def _ends(row: WebhookDelivery) -> DeliveryStatus | None:
    """What a delivery that is due becomes instead of being tried."""
    if row.event.type not in [*row.endpoint.event_types, TEST_EVENT]:
        return DeliveryStatus.SKIPPED
    # Only one whose last attempt was interrupted gets so far.
    return DeliveryStatus.FAILED if row.attempts >= retries.MOST_ATTEMPTS else None


@transaction.atomic
def record(*, claimed: WebhookDelivery, answer: transport.Answer) -> bool:
    """Write the outcome of an attempt; False, and nothing is written, if its claim was lost.

    The endpoint is locked first, as by everybody who writes to both.
    """
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=claimed.endpoint_id)
    now = database_now()
    mine = WebhookDelivery.objects.filter(
        pk=claimed.pk,
        status=DeliveryStatus.PENDING,
        attempts=claimed.attempts,
        lease_until__isnull=False,
    )
    if not mine.update(lease_until=None, **_outcome(claimed, answer, now)):
        return False
    WebhookAttempt.objects.create(
        delivery=claimed,
        at=now,
        http_status=answer.status,
        error_code=answer.error,
        milliseconds=answer.milliseconds,
        answer=answer.beginning,
    )
    if answer.is_success:
        health.note_success(endpoint=endpoint, now=now)
    else:
        health.note_failure(
            endpoint=endpoint,
            now=now,
            milliseconds=answer.milliseconds,
            is_gone=answer.status == GONE,
        )
    return True


def _outcome(claimed: WebhookDelivery, answer: transport.Answer, now: datetime) -> dict[str, Any]:
    if answer.is_success:
        return {"status": DeliveryStatus.DELIVERED, "finished_at": now}
    again = retries.next_attempt(claimed.attempts, now)
    if again is None or answer.status == GONE:
        return {"status": DeliveryStatus.FAILED, "finished_at": now}
    return {"next_attempt_at": again}


def _secrets(endpoint: WebhookEndpoint) -> list[str]:
    """Those that sign: the present one, and for a while after a rotation the one before."""
    sealed = [endpoint.encrypted_secret]
    if endpoint.has_previous_secret(database_now()):
        sealed.append(endpoint.encrypted_previous_secret)
    return [signing.unseal(one, organization_id=endpoint.organization_id) for one in sealed]
