"""Endpoints: made, changed, given a new secret, switched off and on, tried."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.permissions import require
from cases.clock import database_now
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.permissions import may_administer_webhooks
from cases.services.webhooks import outbox
from cases.services.webhooks.handing_over import hand_over
from cases.services.webhooks.health import WELL
from cases.vocabulary import DeliveryStatus, SwitchedOff, WebhookEventType
from cases.webhooks import signing
from cases.webhooks.addresses import UrlRefused, check_url

log = structlog.get_logger(__name__)
MOST_ENDPOINTS = 10
"""Of one organization: each multiplies what is sent."""
PREVIOUS_SECRET_FOR = timedelta(hours=24)
CHANGED = ("url", "description", "event_types")


class WebhookRefused(Exception):
    """`code` is stable, `message` a sentence for the person, `field` what it is about, if any."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


@transaction.atomic
def create_endpoint(
    *,
    organization: Organization,
    actor: User,
    url: str,
    event_types: Sequence[str],
    description: str = "",
) -> tuple[WebhookEndpoint, str]:
    """The endpoint and its secret, which nobody can ask for afterwards. Raises WebhookRefused."""
    require(may_administer_webhooks(actor, organization))
    url, chosen = _checked(url, event_types)
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    kept = organization.webhook_endpoints.exclude(disabled_reason=SwitchedOff.REMOVED)
    if kept.count() >= MOST_ENDPOINTS:
        raise WebhookRefused(
            "too_many_endpoints",
            _("An organization has at most %(n)d endpoints: change or remove one.")
            % {"n": MOST_ENDPOINTS},
        )
    secret = signing.new_secret()
    endpoint = WebhookEndpoint.objects.create(
        organization=organization,
        url=url,
        description=description.strip(),
        event_types=chosen,
        created_by=actor,
        listening_since=database_now(),
        encrypted_secret=signing.seal(secret, organization_id=organization.pk),
    )
    _log("made", endpoint, actor)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *,
    endpoint: WebhookEndpoint,
    actor: User,
    url: str,
    event_types: Sequence[str],
    description: str = "",
) -> None:
    """Whatever waits goes to the new address; a new one starts without the old one's failures."""
    require(may_administer_webhooks(actor, endpoint.organization))
    url, chosen = _checked(url, event_types)
    current = _locked(endpoint)
    fields: dict[str, Any] = {"url": url, "description": description.strip(), "event_types": chosen}
    overdue = WebhookEventType.CASE_OVERDUE
    if overdue in chosen and overdue not in current.event_types:
        # Of what is overdue already nobody is told: it may be a year of cases.
        fields["listening_since"] = database_now()
    if url != current.url:
        fields |= WELL
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**fields)
    _log("changed", endpoint, actor)


@transaction.atomic
def change_some(*, endpoint: WebhookEndpoint, actor: User, changes: Mapping[str, Any]) -> None:
    """What `change_endpoint` takes, as far as it is given, and `is_active`; the rest stays."""
    require(may_administer_webhooks(actor, endpoint.organization))
    current = _locked(endpoint)
    fields = {name: changes[name] for name in CHANGED if name in changes}
    if fields:
        stays = {name: getattr(current, name) for name in CHANGED}
        change_endpoint(endpoint=endpoint, actor=actor, **(stays | fields))
    wanted = changes.get("is_active")
    if wanted is not None:
        switch = switch_on if wanted else switch_off
        switch(endpoint=endpoint, actor=actor)


@transaction.atomic
def rotate_secret(*, endpoint: WebhookEndpoint, actor: User, at_once: bool = False) -> str:
    """A new secret, shown this once. The present one signs as well for PREVIOUS_SECRET_FOR, or no
    more at all (`at_once`: somebody has seen it).

    Raises WebhookRefused while an earlier one signs still: which of the two the receiver knows is
    not known here, and that one would sign no more.
    """
    require(may_administer_webhooks(actor, endpoint.organization))
    current, now = _locked(endpoint), database_now()
    if current.has_previous_secret(now) and not at_once:
        raise WebhookRefused(
            "two_secrets",
            _("The secret before this one signs still: wait until it does not, or end both."),
        )
    secret = signing.new_secret()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        encrypted_secret=signing.seal(secret, organization_id=endpoint.organization_id),
        encrypted_previous_secret="" if at_once else current.encrypted_secret,
        previous_secret_until=None if at_once else now + PREVIOUS_SECRET_FOR,
    )
    _log("secret_rotated", endpoint, actor)
    return secret


def switch_off(*, endpoint: WebhookEndpoint, actor: User) -> bool:
    """Nothing is sent and nothing kept for it until it is on again; False if it was off."""
    require(may_administer_webhooks(actor, endpoint.organization))
    switched = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, disabled_at=database_now(), disabled_reason=SwitchedOff.BY_PERSON
    )
    _log("switched_off", endpoint, actor)
    return bool(switched)


@transaction.atomic
def switch_on(*, endpoint: WebhookEndpoint, actor: User) -> int:
    """Listen again, and send at once what still waited, its attempts counted anew; how much."""
    require(may_administer_webhooks(actor, endpoint.organization))
    current = _locked(endpoint)
    if current.is_active or current.disabled_reason == SwitchedOff.REMOVED:
        return 0
    now = database_now()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        is_active=True, disabled_at=None, disabled_reason="", listening_since=now, **WELL
    )
    waiting = WebhookDelivery.objects.filter(
        endpoint=endpoint.pk, status=DeliveryStatus.PENDING, lease_until__isnull=True
    )
    resumed = waiting.update(attempts=0, next_attempt_at=now)
    transaction.on_commit(lambda: hand_over([endpoint.pk]), robust=True)
    _log("switched_on", endpoint, actor)
    return resumed


@transaction.atomic
def remove_endpoint(*, endpoint: WebhookEndpoint, actor: User) -> None:
    """Nothing is sent there any more, and nobody but the administration finds it.

    The row outlives what was sent (`forgetting`): were it deleted now, an event that is being
    written for it would fail, and with it the answer or the read that the event is about.
    """
    require(may_administer_webhooks(actor, endpoint.organization))
    _locked(endpoint)
    now = database_now()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        is_active=False,
        disabled_at=now,
        disabled_reason=SwitchedOff.REMOVED,
        encrypted_secret="",
        encrypted_previous_secret="",
        previous_secret_until=None,
    )
    WebhookDelivery.objects.filter(
        endpoint=endpoint.pk, status=DeliveryStatus.PENDING, lease_until__isnull=True
    ).update(status=DeliveryStatus.SKIPPED, finished_at=now)
    _log("removed", endpoint, actor)


def send_test(*, endpoint: WebhookEndpoint, actor: User) -> WebhookDelivery:
    """Send a `webhook.test`, by the way that every event takes. Raises WebhookRefused."""
    require(may_administer_webhooks(actor, endpoint.organization))
    require_on(endpoint)
    return outbox.write_test(endpoint=endpoint)


def require_on(endpoint: WebhookEndpoint) -> None:
    """Raises WebhookRefused for one that is off."""
    if not endpoint.is_active:
        raise WebhookRefused("endpoint_off", _("The endpoint is switched off: switch it on first."))


def _checked(url: str, event_types: Sequence[str]) -> tuple[str, list[str]]:
    url = url.strip()
    try:
        check_url(url)
    except UrlRefused as problem:
        raise WebhookRefused("url_refused", str(problem), "url") from problem
    chosen = [name for name in WebhookEventType.values if name in event_types]
    strange = sorted(set(event_types) - set(chosen))
    if strange or not chosen:
        raise WebhookRefused("unknown_event_types", _no_event(strange), "event_types")
    return url, chosen


def _no_event(strange: Sequence[str]) -> str:
    events = ", ".join(WebhookEventType.values)
    if not strange:
        return _("Choose at least one of the events: %(events)s.") % {"events": events}
    said = _("There is no event %(strange)s: choose among %(events)s.")
    return said % {"strange": ", ".join(strange), "events": events}


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)


def _log(what: str, endpoint: WebhookEndpoint, actor: User) -> None:
    log.info("webhook_endpoint", what=what, endpoint=str(endpoint.pk), by=str(actor.pk))
