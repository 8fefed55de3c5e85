"""Hand deliveries to the queue. The message is a hint: the row waits until a worker claims it."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.conf import settings

from cases import dispatch
from cases.clock import database_now
from cases.models import WebhookDelivery
from cases.selectors.webhooks import due_deliveries

log = structlog.get_logger(__name__)
DELIVER = "cases.deliver_webhook"
BATCH = 100


def hand_over(delivery_ids: Sequence[UUID]) -> None:
    """Right after the commit. What a broker that is down does not take, `hand_over_due` finds."""
    for delivery_id in delivery_ids:
        queue = settings.HOUSEKEEPING_QUEUE
        if dispatch.send_soon(DELIVER, queue=queue, args=[str(delivery_id)]):
            _note(delivery_id)


def hand_over_due() -> int:
    """In the scheduler's turn: what is due, was lost on the way, or by a worker that died; how many
    deliveries. A broker that is down ends it early."""
    due = list(due_deliveries(database_now()).values_list("pk", flat=True)[:BATCH])
    handed_over = 0
    if not due:
        return 0
    try:
        with dispatch.broker() as connection:
            for delivery_id in due:
                dispatch.send_task(
                    connection, DELIVER, queue=settings.HOUSEKEEPING_QUEUE, args=[str(delivery_id)]
                )
                _note(delivery_id)
                handed_over += 1
    except dispatch.BROKER_ERRORS as error:
        log.warning("broker_down", error=type(error).__name__, waiting=len(due) - handed_over)
    return handed_over


def _note(delivery_id: UUID) -> None:
    WebhookDelivery.objects.filter(pk=delivery_id).update(published_at=database_now())
