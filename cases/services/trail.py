"""The trail: entries of a case's timeline, and records of who was sent an image."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from cases.models import AccessRecord, Analysis, Case, CaseEvent, Radiograph


def record_event(
    *,
    case: Case,
    kind: CaseEvent.Kind,
    actor: User | None = None,
    radiograph: Radiograph | None = None,
    analysis: Analysis | None = None,
    detail: Mapping[str, Any] | None = None,
) -> CaseEvent:
    """Add an entry to the timeline. Call it in the transaction that makes the entry true."""
    return CaseEvent.objects.create(
        case=case,
        kind=kind,
        actor=actor,
        radiograph=radiograph,
        analysis=analysis,
        detail=dict(detail or {}),
    )


def record_access(
    *, user: User, radiograph: Radiograph, rendition: AccessRecord.Rendition
) -> AccessRecord:
    """Note who is sent which rendition, with the organization the person belonged to then."""
    return AccessRecord.objects.create(
        user=user, organization_id=user.organization_id, radiograph=radiograph, rendition=rendition
    )
