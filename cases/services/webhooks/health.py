"""How an endpoint does, from the outcome of each attempt; one that is dead is switched off."""

from datetime import datetime

import structlog
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.services import send_to_administrators
from cases.models import WebhookEndpoint
from cases.vocabulary import SwitchedOff
from cases.webhooks import retries

log = structlog.get_logger(__name__)
WELL = {"consecutive_failures": 0, "failing_since": None, "resting_until": None}


def note_success(*, endpoint: WebhookEndpoint, now: datetime) -> None:
    """What went wrong before does not count any more."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_success_at=now, **WELL)


def note_failure(
    *, endpoint: WebhookEndpoint, now: datetime, milliseconds: int, is_gone: bool
) -> None:
    """Call it with the endpoint locked."""
    failures = endpoint.consecutive_failures + 1
    since = endpoint.failing_since or now
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        consecutive_failures=failures,
        failing_since=since,
        resting_until=retries.rest(failures, milliseconds, now),
    )
    if is_gone:
        _switch_off(endpoint, now, SwitchedOff.GONE)
    elif retries.is_dead(failures, since, now):
        _switch_off(endpoint, now, SwitchedOff.DEAD)


def _switch_off(endpoint: WebhookEndpoint, now: datetime, reason: SwitchedOff) -> None:
    """What still waits stays until somebody switches the endpoint on again."""
    switched = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, disabled_at=now, disabled_reason=reason
    )
    if switched:
        log.warning("webhook_endpoint_off", endpoint=str(endpoint.pk), reason=reason)
        transaction.on_commit(lambda: _give_notice(endpoint, reason), robust=True)


def _give_notice(endpoint: WebhookEndpoint, reason: SwitchedOff) -> None:
    body = render_to_string(
        "cases/webhooks/email/switched_off.txt", {"endpoint": endpoint, "reason": reason.label}
    )
    send_to_administrators(
        organization=endpoint.organization,
        subject=_("A webhook was switched off"),
        body=body,
    )
