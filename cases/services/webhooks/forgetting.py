"""What was sent is kept for a while, so that people can look and send it again."""

from datetime import timedelta

import structlog
from django.db.models import Exists, OuterRef

from cases.clock import database_now
from cases.models import Case, WebhookEndpoint, WebhookEvent
from cases.vocabulary import SwitchedOff, WebhookEventType

log = structlog.get_logger(__name__)
KEPT_FOR = timedelta(days=30)
BATCH = 500


def forget_old() -> int:
    """Remove old events with their deliveries and attempts; how many.

    Of a case that is still unread the event stays that said that it is overdue, or it would be said
    again.
    """
    unread = Case.objects.filter(
        pk=OuterRef("case"), read_at__isnull=True, withdrawn_at__isnull=True
    )
    old = WebhookEvent.objects.filter(created_at__lt=database_now() - KEPT_FOR).exclude(
        Exists(unread), type=WebhookEventType.CASE_OVERDUE
    )
    forgotten = 0
    while keys := list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH]):
        WebhookEvent.objects.filter(pk__in=keys).delete()
        forgotten += len(keys)
    _forget_removed_endpoints()
    log.info("webhooks_forgotten", events=forgotten)
    return forgotten


def _forget_removed_endpoints() -> None:
    """With what may have been on its way there when it was removed, and ends by then."""
    WebhookEndpoint.objects.filter(
        disabled_reason=SwitchedOff.REMOVED, disabled_at__lt=database_now() - KEPT_FOR
    ).delete()
