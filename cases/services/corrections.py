"""A case was sent with a mistake: its details are corrected, or it is withdrawn, with a reason."""

from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases import permissions
from cases.models import Analysis, Case, CaseEvent, Radiograph
from cases.services import analyses, status, trail
from cases.vocabulary import AnalysisStatus


class CannotBeWithdrawn(Exception):
    """The message says why, in a sentence for people."""


class Corrections(TypedDict, total=False):
    """The details of a case that may be corrected."""

    patient_reference: str
    age_years: int | None
    sex: str
    body_region: str
    side: str
    clinical_question: str
    priority: str
    reading_deadline: datetime | None


def correct_case(*, case: Case, actor: User, **changes: Unpack[Corrections]) -> list[str]:
    """Change details of a case and record old and new; returns the names of what changed.

    Raises PermissionDenied, or ValidationError for a value that the field does not take.
    """
    if not permissions.may_correct(actor, case):
        raise PermissionDenied("Only the submitting organization corrects a case.")
    with transaction.atomic():
        current = status.lock_case(case.pk)
        if current.withdrawn_at:
            raise PermissionDenied("A withdrawn case is not corrected.")
        changed: dict[str, list[Any]] = {}
        for name, new in changes.items():
            if name not in Corrections.__annotations__:
                raise TypeError(f"{name} is not corrected here")
            old = getattr(current, name)
            if old != new:
                changed[name] = [_plain(old), _plain(new)]
                setattr(current, name, new)
        if not changed:
            return []
        unchanged = {f.name for f in Case._meta.concrete_fields} - set(changed)
        current.clean_fields(exclude=unchanged)
        current.save(update_fields=[*changed, "updated_at"])
        trail.record_event(
            case=current, kind=CaseEvent.Kind.CORRECTED, actor=actor, detail={"changes": changed}
        )
        if "priority" in changed:
            analyses.change_lane(case=current, lane=current.priority)
            status.update_case(case_id=current.pk)
    case.refresh_from_db()
    return list(changed)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _queued(case: Case) -> Any:
    return Analysis.objects.filter(radiograph__case=case, status=AnalysisStatus.QUEUED)


@transaction.atomic
def withdraw_case(*, case: Case, actor: User, reason: str) -> bool:
    """Withdraw a case and cancel what still waits; False if it was withdrawn before."""
    if not permissions.may_withdraw(actor, case):
        raise PermissionDenied("Only the submitting organization withdraws a case.")
    reason = _reason(reason)
    status.lock_case(case.pk)
    for pk in _queued(case).values_list("pk", flat=True):
        analyses.cancel(analysis_id=pk, actor=actor)
    if not status.mark_withdrawn(case_id=case.pk, reason=reason):
        return False
    trail.record_event(
        case=case, kind=CaseEvent.Kind.WITHDRAWN, actor=actor, detail={"reason": reason}
    )
    status.update_case(case_id=case.pk)
    case.refresh_from_db()
    return True


@transaction.atomic
def withdraw_radiograph(*, radiograph: Radiograph, actor: User, reason: str) -> bool:
    """Withdraw one radiograph of several; False if it was withdrawn before.

    Raises CannotBeWithdrawn for the only one that is left.
    """
    case = status.lock_case(radiograph.case_id)
    if not permissions.may_withdraw(actor, case):
        raise PermissionDenied("Only the submitting organization withdraws a radiograph.")
    reason = _reason(reason)
    others = case.radiographs.filter(withdrawn_at__isnull=True).exclude(pk=radiograph.pk)
    if not others.exists():
        raise CannotBeWithdrawn("It is the only radiograph: withdraw the case instead.")
    withdrawn = Radiograph.objects.filter(pk=radiograph.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawal_reason=reason
    )
    if not withdrawn:
        return False
    for pk in _queued(case).filter(radiograph=radiograph).values_list("pk", flat=True):
        analyses.cancel(analysis_id=pk, actor=actor)
    trail.record_event(
        case=case,
        kind=CaseEvent.Kind.WITHDRAWN,
        actor=actor,
        radiograph=radiograph,
        detail={"reason": reason},
    )
    status.update_case(case_id=case.pk)
    return True


def _reason(reason: str) -> str:
    text = reason.strip()[:300]
    if not text:
        raise CannotBeWithdrawn("Say why: a withdrawal needs a reason.")
    return text
