"""The outbox: what organizations are told, written in the transaction that makes it true.

Both sides of a case have events of their own, and only where an endpoint that is on asks for them.
They say that something happened and where, never what the answer is: whoever reads first learns
nothing from them, for the same ones come whatever the software or a reader said.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization
from cases.clock import database_now
from cases.models import (
    Analysis,
    Case,
    Read,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from cases.services.webhooks.handing_over import hand_over
from cases.vocabulary import (
    TEST_EVENT,
    AnalysisStatus,
    CaseStatus,
    Purpose,
    WebhookEventType,
)

Type = WebhookEventType
TOLD = {CaseStatus.FINISHED: Type.CASE_FINISHED, CaseStatus.FAILED: Type.CASE_FAILED}


def case_became(*, case: Case, status: str) -> None:
    """Call it where a case's status changes, with what it became."""
    if event_type := TOLD.get(CaseStatus(status)):
        _tell(case, event_type, {"status": status})


def analysis_succeeded(*, analysis: Analysis) -> None:
    """Call it when a clinical analysis has its answer: an earlier one's is no longer the newest.

    An answer that comes after that of a newer analysis takes nobody's place.
    """
    siblings = Analysis.objects.filter(
        radiograph=analysis.radiograph_id,
        purpose=Purpose.CLINICAL,
        status=AnalysisStatus.SUCCEEDED,
    ).exclude(pk=analysis.pk)
    newest = siblings.order_by("-created_at", "-pk").first()
    if newest is None or newest.created_at > analysis.created_at:
        return
    data = {
        "radiograph_id": str(analysis.radiograph_id),
        "analysis_id": str(newest.pk),
        "superseded_by": str(analysis.pk),
    }
    _tell(analysis.radiograph.case, Type.ANALYSIS_SUPERSEDED, data)


def read_recorded(*, read: Read) -> None:
    """Call it when a read was signed, also one that amends an earlier one."""
    amends = str(read.amends_id) if read.amends_id else None
    _tell(read.case, Type.READ_RECORDED, {"read_id": str(read.pk), "amends": amends})


def case_overdue(*, case: Case, organization_id: UUID, deadline: datetime | None) -> bool:
    """Tell one organization that a case is overdue, once for each deadline; False if it was told.

    Call it with the case locked. `deadline` is the case's own, None for the limit of who reads it.
    """
    told = WebhookEvent.objects.filter(
        organization=organization_id, case=case, type=Type.CASE_OVERDUE, deadline=deadline
    )
    if told.exists():
        return False
    _tell(case, Type.CASE_OVERDUE, {"status": case.status}, {organization_id}, deadline)
    return True


@transaction.atomic
def write_test(*, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """An event for this endpoint alone; while one waits it is that one."""
    waiting = endpoint.deliveries.filter(event__type=TEST_EVENT, finished_at__isnull=True).first()
    if waiting is not None:
        return waiting
    data = {"endpoint_id": str(endpoint.pk)}
    return _write(endpoint.organization, TEST_EVENT, None, data, [endpoint], None)[0]


def _tell(
    case: Case,
    event_type: WebhookEventType,
    data: Mapping[str, object],
    organizations: set[UUID] | None = None,
    deadline: datetime | None = None,
) -> None:
    """An event for each side of the case that wants it; of both in one query if neither does."""
    sides = organizations or {case.submitting_organization_id, case.reading_organization_id}
    wanting = defaultdict(list)
    for endpoint in listening(sides):
        if event_type in endpoint.event_types:
            wanting[endpoint.organization].append(endpoint)
    for organization, endpoints in wanting.items():
        _write(
            organization,
            event_type,
            case,
            {"case_id": str(case.pk), **data},
            endpoints,
            deadline,
        )


def listening(organizations: set[UUID]) -> list[WebhookEndpoint]:
    """The endpoints of these organizations that are on."""
    return list(
        WebhookEndpoint.objects.filter(
            organization__in=organizations, organization__is_active=True, is_active=True
        ).select_related("organization")
    )


def _write(
    organization: Organization,
    event_type: str,
    case: Case | None,
    data: Mapping[str, object],
    endpoints: Sequence[WebhookEndpoint],
    deadline: datetime | None,
) -> list[WebhookDelivery]:
    now = timezone.now()
    event = WebhookEvent.objects.create(
        organization=organization,
        type=event_type,
        case=case,
        payload={"type": event_type, "timestamp": now.isoformat(), "data": dict(data)},
        deadline=deadline,
        created_at=now,
    )
    due = database_now()
    deliveries = WebhookDelivery.objects.bulk_create(
        WebhookDelivery(event=event, endpoint=endpoint, created_at=now, next_attempt_at=due)
        for endpoint in endpoints
    )
    keys = [endpoint.pk for endpoint in endpoints]
    # No partial: where it fails Django logs its name, and fails itself over one that has none.
    transaction.on_commit(lambda: hand_over(keys), robust=True)
    return deliveries
