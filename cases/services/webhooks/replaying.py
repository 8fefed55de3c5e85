"""Send again what was sent, or what did not get through."""

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
    """Send one again under the same id, delivered or not; False if it still waits.

    Raises WebhookRefused while its endpoint is off.
    """
    endpoint = delivery.endpoint
    require(may_administer_webhooks(actor, endpoint.organization))
    require_on(endpoint)
    ended = WebhookDelivery.objects.filter(pk=delivery.pk).exclude(status=DeliveryStatus.PENDING)
    done = _again(ended)
    if done:
        transaction.on_commit(lambda: hand_over([endpoint.pk]), robust=True)
        log.info("webhook_replayed", delivery=str(delivery.pk), by=str(actor.pk))
    return bool(done)


def replay_failed(*, endpoint: WebhookEndpoint, since: datetime, actor: User) -> int:
    """Send again everything that failed of what happened since then; how much.

    Raises WebhookRefused while it is off.
    """
    require(may_administer_webhooks(actor, endpoint.organization))
    require_on(endpoint)
    failed = WebhookDelivery.objects.filter(
        endpoint=endpoint, status=DeliveryStatus.FAILED, created_at__gte=since
    )
    done = _again(failed)
    if done:
        transaction.on_commit(lambda: hand_over([endpoint.pk]), robust=True)
    log.info("webhooks_replayed", endpoint=str(endpoint.pk), deliveries=done, by=str(actor.pk))
    return done


def _again(ended: QuerySet[WebhookDelivery]) -> int:
    return ended.update(
        status=DeliveryStatus.PENDING,
        attempts=0,
        next_attempt_at=database_now(),
        finished_at=None,
    )
