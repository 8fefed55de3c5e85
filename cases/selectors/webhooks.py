"""Webhooks as the pages show them, what is due, and whom an overdue case concerns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from accounts.models import Organization, User
from accounts.selectors import administered_organizations
from cases.models import Case, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from cases.permissions import may_administer_webhooks
from cases.selectors import cursor as keyset
from cases.vocabulary import DeliveryStatus, SwitchedOff, WebhookEventType

SHOWN = 50
REPUBLISH_AFTER = timedelta(seconds=30)
"""A message that nobody acted on for so long counts as lost."""


def webhook_endpoints(*, user: User) -> QuerySet[WebhookEndpoint]:
    """Those of the organizations whose webhooks this person, or a key's account, administers; none
    that was removed."""
    return (
        WebhookEndpoint.objects.filter(organization__in=_administered(user))
        .exclude(disabled_reason=SwitchedOff.REMOVED)
        .select_related("organization")
    )


def _administered(user: User) -> QuerySet[Organization]:
    """The organizations of which `permissions.may_administer_webhooks` is true."""
    if not user.is_service_account:
        return administered_organizations(user)
    own = user.organization
    if own is None or not may_administer_webhooks(user, own):
        return Organization.objects.none()
    return Organization.objects.filter(pk=own.pk)


def endpoints_shown(
    *, user: User, organization: Organization | None = None
) -> QuerySet[WebhookEndpoint]:
    """An organization's endpoints, or all that are administered, each with how many deliveries are
    `waiting` and `failed`."""
    rows = webhook_endpoints(user=user)
    if organization is not None:
        rows = rows.filter(organization=organization)
    return rows.annotate(
        waiting=_number_of(DeliveryStatus.PENDING), failed=_number_of(DeliveryStatus.FAILED)
    ).order_by("created_at", "pk")


def _number_of(status: DeliveryStatus) -> Coalesce:
    """Each from the small index of this status, not from everything that was sent."""
    rows = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), status=status).order_by()
    return Coalesce(Subquery(rows.values("endpoint").annotate(n=Count("pk")).values("n")), 0)


def get_endpoint_shown(*, user: User, endpoint_id: UUID) -> WebhookEndpoint:
    """As `endpoints_shown` has it. Raises WebhookEndpoint.DoesNotExist as `get_endpoint` does."""
    return endpoints_shown(user=user).get(pk=endpoint_id)


def get_endpoint(*, user: User, endpoint_id: UUID) -> WebhookEndpoint:
    """Raises WebhookEndpoint.DoesNotExist for whoever does not administer its organization."""
    return webhook_endpoints(user=user).get(pk=endpoint_id)


def get_delivery(*, user: User, delivery_id: UUID) -> WebhookDelivery:
    """Raises WebhookDelivery.DoesNotExist as `get_endpoint` does."""
    return WebhookDelivery.objects.select_related("endpoint__organization", "event").get(
        pk=delivery_id, endpoint__in=webhook_endpoints(user=user)
    )


@dataclass(frozen=True)
class DeliveryPage:
    """A page of the list; `next_cursor` is empty on the last one."""

    deliveries: Sequence[WebhookDelivery]
    next_cursor: str


def deliveries_page(
    endpoint: WebhookEndpoint, *, status: str = "", cursor: str = "", size: int = SHOWN
) -> DeliveryPage:
    """What was sent, the newest first, each with its attempts, the newest first; two queries.

    Raises BadCursor.
    """
    rows = endpoint.deliveries.select_related("event")
    if status in DeliveryStatus.values:
        rows = rows.filter(status=status)
    tries = WebhookAttempt.objects.order_by("-at", "-pk")
    found = list(keyset.newest(rows, keyset.decode(cursor) if cursor else None)[: size + 1])
    page = found[:size]
    prefetch_related_objects(page, Prefetch("tries", queryset=tries))
    last = page[-1] if len(found) > size else None
    return DeliveryPage(page, keyset.encode(last.created_at, last.pk) if last else "")


def due_deliveries(now: datetime) -> QuerySet[WebhookDelivery]:
    """What should be sent now, the longest due first: not what a worker holds, and nothing of an
    endpoint that is off or rests."""
    return WebhookDelivery.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=now),
        Q(endpoint__resting_until__isnull=True) | Q(endpoint__resting_until__lte=now),
        status=DeliveryStatus.PENDING,
        next_attempt_at__lte=now,
        endpoint__is_active=True,
        endpoint__organization__is_active=True,
    ).order_by("next_attempt_at", "pk")


def due_endpoints(now: datetime) -> QuerySet[WebhookEndpoint]:
    """Where something is due and no worker sends; not those that were handed over a moment ago.
    Those come first whose last turn is longest ago."""
    return WebhookEndpoint.objects.filter(
        Q(handed_over_at__isnull=True) | Q(handed_over_at__lt=now - REPUBLISH_AFTER),
        Q(turn_until__isnull=True) | Q(turn_until__lte=now),
        Exists(due_deliveries(now).order_by().filter(endpoint=OuterRef("pk"))),
    ).order_by(F("last_turn_at").asc(nulls_first=True), "pk")


@dataclass(frozen=True)
class Listener:
    """An organization that wants to hear of overdue cases, and since when."""

    organization_id: UUID
    since: datetime


def overdue_listeners() -> Iterator[Listener]:
    """One query; the event types are few and looked at here, for SQLite cannot ask a list."""
    found: dict[UUID, datetime] = {}
    rows = WebhookEndpoint.objects.filter(is_active=True, organization__is_active=True)
    for key, types, since in rows.values_list("organization_id", "event_types", "listening_since"):
        if WebhookEventType.CASE_OVERDUE in types:
            found[key] = min(since, found.get(key, since))
    return (Listener(key, since) for key, since in found.items())


def overdue_untold(listener: Listener, now: datetime) -> Iterator[QuerySet[Case]]:
    """Unread cases that became overdue since the organization listens, and that it was not told of:
    by a deadline of their own, then by the limit of the organization that reads each.

    A set for each side, for both at once would lead no database to the indexes of what is unread
    (`case_worklist`, `case_sent_unread`). That `urgency` is not negative says nothing new, but
    leads SQLite to the former; `received` is `created_at` where no index of everything that the
    organization ever had tempts it.
    """
    for side in ("reading_organization", "submitting_organization"):
        unread = (
            Case.objects.filter(
                **{side: listener.organization_id},
                read_at__isnull=True,
                withdrawn_at__isnull=True,
                urgency__gte=0,
            )
            .annotate(received=Coalesce("created_at", "created_at"))
            .order_by("received", "pk")
        )
        yield unread.filter(
            ~Exists(_told(listener).filter(deadline=OuterRef("reading_deadline"))),
            reading_deadline__lt=now,
            reading_deadline__gte=listener.since,
        )
        yield unread.filter(
            _late(unread, listener, now),
            ~Exists(_told(listener).filter(deadline__isnull=True)),
            reading_deadline__isnull=True,
        )


def _late(unread: QuerySet[Case], listener: Listener, now: datetime) -> Q:
    readers = unread.order_by().values("reading_organization").distinct()
    limits = Organization.objects.filter(pk__in=readers).values_list("pk", "overdue_after_minutes")
    late = Q(pk__in=[])
    for reader, minutes in limits:
        limit = timedelta(minutes=minutes)
        late |= Q(
            reading_organization=reader,
            received__lt=now - limit,
            received__gte=listener.since - limit,
        )
    return late


def _told(listener: Listener) -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(
        organization=listener.organization_id,
        case=OuterRef("pk"),
        type=WebhookEventType.CASE_OVERDUE,
    )
