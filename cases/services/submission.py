"""A case comes in, or a radiograph is added to one: everything is stored, or nothing is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat
from types import MappingProxyType
from typing import Any, Required, TypedDict, Unpack

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, User
from cases import permissions
from cases.intake.result import VerifiedRadiograph
from cases.models import (
    Case,
    CaseEvent,
    IdempotencyClaim,
    Radiograph,
    Upload,
)
from cases.services import (
    analyses,
    handover,
    idempotency,
    radiograph_rows,
    reception,
    status,
    stored,
    trail,
)
from cases.services.external_ids import save_case_ids, save_ids
from cases.services.reception import FileRefusal, SubmissionRefused
from cases.services.room import require_room
from cases.vocabulary import BodyRegion, Sex, Side, Source, View

__all__ = ["CaseDetails", "FileRefusal", "SubmissionRefused", "add_radiographs", "submit_case"]

HINTED = {"body_region": BodyRegion, "side": Side, "sex": Sex, "age_years": None}
NO_IDS: Mapping[str, str] = MappingProxyType({})


class CaseDetails(TypedDict, total=False):
    """What the sender says about a case; blank where nothing was said."""

    patient_reference: Required[str]
    age_years: int | None
    sex: str
    body_region: str
    side: str
    clinical_question: str
    priority: str
    reading_deadline: datetime | None


def submit_case(
    *,
    submitted_by: User,
    files: Sequence[UploadedFile] = (),
    uploads: Sequence[Upload] = (),
    photographs: Sequence[bool] = (),
    reading_organization: Organization | None = None,
    external_ids: Mapping[str, str] = NO_IDS,
    source: str = Source.WEB,
    views: Sequence[str] = (),
    claim: IdempotencyClaim | None = None,
    most_unfinished: int | None = None,
    **details: Unpack[CaseDetails],
) -> Case:
    """Verify the files, store them, and queue an analysis of each that can be assessed.

    Without an active model the case is taken all the same; its analyses are queued when there is
    one.

    `uploads` came in pieces and stand before `files`. `views` goes with all of them by position,
    `photographs` with `files`; both may be shorter. A photograph is kept and no model is asked.
    `claim` is settled with the case, or not at all. What the sender left blank is taken from the
    DICOM headers where they agree. Raises SubmissionRefused (with a reason per file),
    PermissionDenied, AlreadySent for uploads that have become a case before, ClaimLost, NoRoom
    where more than `most_unfinished` analyses would wait or run, or ValidationError for details
    that no field of a case takes; then nothing is stored.
    """
    if not permissions.may_submit(submitted_by):
        raise PermissionDenied("Only members of an active organization submit cases.")
    choices = permissions.reading_choices(submitted_by)
    reading = reading_organization or choices[0]
    if reading not in choices:
        raise PermissionDenied("This organization does not read for yours.")
    with _made(uploads, files, photographs, claim) as made, stored.removed_on_error() as names:
        case = Case(
            submitted_by=submitted_by,
            submitting_organization=submitted_by.organization,
            reading_organization=reading,
            source=source,
            **details,
        )
        hinted = _fill_in(case, made)
        case.clean_fields(
            exclude={"submitted_by", "submitting_organization", "reading_organization"}
        )
        rows = _rows(case, made, names, claim)
        with transaction.atomic():
            case.save(force_insert=True)
            trail.record_event(
                case=case,
                kind=CaseEvent.Kind.RECEIVED,
                actor=submitted_by,
                detail={"radiographs": len(rows), "source": source, "from_dicom": hinted},
            )
            save_case_ids(case, external_ids, made)
            _save_radiographs(case, rows, made, views, submitted_by)
            _settle(case, uploads, claim, most_unfinished)
            names.clear()
    case.refresh_from_db()
    return case


def add_radiographs(
    *,
    case: Case,
    added_by: User,
    files: Sequence[UploadedFile] = (),
    uploads: Sequence[Upload] = (),
    photographs: Sequence[bool] = (),
    views: Sequence[str] = (),
    claim: IdempotencyClaim | None = None,
    most_unfinished: int | None = None,
) -> list[Radiograph]:
    """Add further views to a case and queue their analyses. Raises as `submit_case` does."""
    if not permissions.may_add(added_by, case):
        raise PermissionDenied("Only the organizations of a case add radiographs to it.")
    with _made(uploads, files, photographs, claim) as made, stored.removed_on_error() as names:
        rows = _rows(case, made, names, claim)
        with transaction.atomic():
            if status.lock_case(case.pk).withdrawn_at:
                raise PermissionDenied("A withdrawn case takes no more radiographs.")
            for row in rows:
                # Not before it can be seen: what somebody said until now is not said of it.
                row.created_at = timezone.now()
            _save_radiographs(case, rows, made, views, added_by)
            for row in rows:
                trail.record_event(
                    case=case,
                    kind=CaseEvent.Kind.RADIOGRAPH_ADDED,
                    actor=added_by,
                    radiograph=row,
                )
            status.mark_unread(case_id=case.pk)
            _settle(case, uploads, claim, most_unfinished)
            names.clear()
    return rows


def _settle(
    case: Case,
    uploads: Sequence[Upload],
    claim: IdempotencyClaim | None,
    most_unfinished: int | None,
) -> None:
    """What stands or falls with what was stored."""
    handover.take(uploads=uploads, case=case)
    if claim is not None:
        idempotency.settle(claim=claim, case=case)
    require_room(organization_id=case.submitting_organization_id, most=most_unfinished)


@contextmanager
def _made(
    uploads: Sequence[Upload],
    files: Sequence[UploadedFile],
    photographs: Sequence[bool],
    claim: IdempotencyClaim | None,
) -> Iterator[list[VerifiedRadiograph]]:
    """What intake makes of the files, whichever way they came."""
    going_on = idempotency.keeping(claim)
    with (
        handover.whole(uploads) as joined,
        reception.verified([*joined, *files], going_on=going_on) as made,
    ):
        of_people = chain((one.is_photograph for one in uploads), photographs, repeat(False))
        yield [
            replace(one, not_assessable=one.not_assessable or "photograph") if is_one else one
            for one, is_one in zip(made, of_people, strict=False)
        ]


def _rows(
    case: Case,
    made: Iterable[VerifiedRadiograph],
    names: list[str],
    claim: IdempotencyClaim | None,
) -> list[Radiograph]:
    """Not saved yet; the files are stored."""
    rows, going_on = [], idempotency.keeping(claim)
    for one in made:
        rows.append(radiograph_rows.unsaved(case=case, made=one, names=names))
        going_on()
    return rows


def _fill_in(case: Case, made: Iterable[VerifiedRadiograph]) -> list[str]:
    """Fill what the sender left blank from what all DICOM headers agree on; returns which."""
    filled = []
    for field, choices in HINTED.items():
        said = {one.hints[field] for one in made if one.hints.get(field)}
        if getattr(case, field) not in ("", None) or len(said) != 1:
            continue
        value: Any = said.pop()
        if choices is None:
            value = int(value) if value.isdigit() and int(value) <= 130 else None
        elif value not in choices.values:
            value = ""
        if value not in ("", None):
            setattr(case, field, value)
            filled.append(field)
    return filled


def _save_radiographs(
    case: Case,
    rows: Sequence[Radiograph],
    made: Sequence[VerifiedRadiograph],
    views: Sequence[str],
    actor: User,
) -> None:
    last = case.radiographs.order_by("-position").values_list("position", flat=True).first()
    position = 0 if last is None else last + 1
    for row, one, view in zip(rows, made, chain(views, repeat("")), strict=False):
        row.position = position
        row.view = view or one.hints.get("view", "")
        if row.view not in View.values:
            row.view = ""
        row.same_file_as = radiograph_rows.seen_before(case, row.sha256)
        row.save(force_insert=True)
        save_ids(case, one.external_ids, actor.organization_id, radiograph=row)
        position += 1
    for row in rows:
        if not row.not_assessable:
            with suppress(analyses.NoActiveModel):  # asked for when a model becomes active
                analyses.queue_analysis(radiograph=row, requested_by=actor)
    status.update_case(case_id=case.pk)
