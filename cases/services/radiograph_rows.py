"""From what intake made of a file to the row of a radiograph."""

import uuid

from cases.intake.result import VerifiedRadiograph
from cases.models import Case, Radiograph
from cases.services import reception


def unsaved(*, case: Case, made: VerifiedRadiograph, names: list[str]) -> Radiograph:
    """The row of one radiograph, not saved yet; its files are stored, and their names added."""
    pk = uuid.uuid4()
    row, column = made.pixel_spacing_mm or (None, None)
    return Radiograph(
        id=pk,
        case=case,
        sha256=made.sha256,
        received_bytes=made.received_bytes,
        format=made.format,
        width=made.width,
        height=made.height,
        bits=made.bits,
        pixel_spacing_row_mm=row,
        pixel_spacing_column_mm=column,
        pixel_spacing_kind=made.pixel_spacing_kind,
        not_assessable=made.not_assessable,
        deidentification=made.removed,
        warnings=made.warnings,
        **reception.store(made, radiograph_id=pk, stored=names.append),
    )


def seen_before(case: Case, sha256: str) -> Radiograph | None:
    """The first radiograph of the submitting organization that came as the same file."""
    return (
        Radiograph.objects.filter(
            sha256=sha256, case__submitting_organization=case.submitting_organization_id
        )
        .order_by("created_at", "position")
        .first()
    )
