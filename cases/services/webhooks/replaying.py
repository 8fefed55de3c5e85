"""Send again what was sent or did not get through, and at once what waits for its next attempt."""

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import require
from cases.clock import database_now
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.permissions import may_administer_webhooks
from cases.services.webhooks.endpoints import require_on
from cases.services.webhooks.handing_over import hand_over
from cases.vocabulary import DeliveryStatus

log = structlog.get_logger(__name__)


@transaction.atomic
def replay(*, delivery: WebhookDelivery, actor: User) -> bool:
    """Send one again under the same id, delivered or not, or at once what failed and waits for its
    next attempt; False if it is under way anyway.

    Raises WebhookRefused while its endpoint is off.
    """
    endpoint = delivery.endpoint
    require(may_administer_webhooks(actor, endpoint.organization))
    require_on(endpoint)
    rows = WebhookDelivery.objects.filter(pk=delivery.pk)
    done = _again(rows.exclude(status=DeliveryStatus.PENDING)) or _at_once(rows, endpoint)
    if done:
        _let_it_try(endpoint)
        log.info("webhook_replayed", delivery=str(delivery.pk), by=str(actor.pk))
    return bool(done)


def replay_failed(*, endpoint: WebhookEndpoint, since: datetime, actor: User) -> int:
    """Send again everything that failed of what happened since then, for good or until its next
    attempt; how much.

    Raises WebhookRefused while it is off.
    """
    require(may_administer_webhooks(actor, endpoint.organization))
    require_on(endpoint)
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, created_at__gte=since)
    done = _again(rows.filter(status=DeliveryStatus.FAILED)) + _at_once(rows, endpoint)
    if done:
        _let_it_try(endpoint)
    log.info("webhooks_replayed", endpoint=str(endpoint.pk), deliveries=done, by=str(actor.pk))
    return done


def _at_once(rows: QuerySet[WebhookDelivery], endpoint: WebhookEndpoint) -> int:
    """What failed and waits for another attempt, and whatever waits because its endpoint rests; how
    often it was tried stays."""
    now = database_now()
    waiting = rows.filter(status=DeliveryStatus.PENDING, lease_until__isnull=True)
    rests = WebhookEndpoint.objects.filter(pk=endpoint.pk, resting_until__gt=now).exists()
    if not rests:
        waiting = waiting.filter(attempts__gt=0, next_attempt_at__gt=now)
    return waiting.update(next_attempt_at=now)


def _let_it_try(endpoint: WebhookEndpoint) -> None:
    """Somebody says that the receiver is mended: it rests no longer."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(resting_until=None)
    transaction.on_commit(lambda: hand_over([endpoint.pk]), robust=True)


def _again(ended: QuerySet[WebhookDelivery]) -> int:
    return ended.update(
        status=DeliveryStatus.PENDING,
        attempts=0,
        next_attempt_at=database_now(),
        finished_at=None,
    )
