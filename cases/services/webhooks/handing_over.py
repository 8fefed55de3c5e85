"""Hand endpoints to the queue for which something is due. The message is a hint: what is due stands
in the database, and waits until a worker takes its endpoint.

One message an endpoint, however much is due there: a worker sends one event after the other and
then lets the next endpoint have its turn, so that nobody's receiver keeps the others' waiting.
"""

from collections.abc import Iterable
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet

from cases import dispatch
from cases.clock import database_now
from cases.models import WebhookEndpoint
from cases.selectors.webhooks import REPUBLISH_AFTER, due_endpoints

log = structlog.get_logger(__name__)
DELIVER = "cases.deliver_webhooks"
BATCH = 500


def hand_over(endpoint_ids: Iterable[UUID]) -> None:
    """Right after the commit. What a broker that is down does not take, `hand_over_due` finds."""
    for endpoint_id in endpoint_ids:
        if _asked_for(endpoint_id).update(handed_over_at=database_now()):
            queue = settings.WEBHOOK_QUEUE
            if not dispatch.send_soon(DELIVER, queue=queue, args=[str(endpoint_id)]):
                take_back(endpoint_id)


def hand_over_due() -> int:
    """In the scheduler's turn: where something is due, was lost on the way, or by a worker that
    died; how many endpoints. A broker that is down ends it early."""
    due = list(due_endpoints(database_now()).values_list("pk", flat=True)[:BATCH])
    handed_over = 0
    if not due:
        return 0
    try:
        with dispatch.broker() as connection:
            for endpoint_id in due:
                dispatch.send_task(
                    connection, DELIVER, queue=settings.WEBHOOK_QUEUE, args=[str(endpoint_id)]
                )
                _asked_for(endpoint_id).update(handed_over_at=database_now())
                handed_over += 1
    except dispatch.BROKER_ERRORS as error:
        log.warning("broker_down", error=type(error).__name__, waiting=len(due) - handed_over)
    return handed_over


def take_back(endpoint_id: UUID) -> None:
    """The message came, or was not sent: another may be."""
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(handed_over_at=None)


def _asked_for(endpoint_id: UUID) -> QuerySet[WebhookEndpoint]:
    """The endpoint, unless a message about it is under way."""
    return WebhookEndpoint.objects.filter(
        Q(handed_over_at__isnull=True) | Q(handed_over_at__lt=database_now() - REPUBLISH_AFTER),
        pk=endpoint_id,
    )
