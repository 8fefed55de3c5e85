"""How long a case has waited for its analysis, what is before it, and how much waits in all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from cases.models import Analysis, Radiograph
from cases.models.analysis import ACTIVE
from cases.vocabulary import AnalysisStatus, CaseStatus, Priority, Purpose

MOST_COUNTED = 1000
"""A longer line is not counted to its end: it costs time and tells no more."""


@dataclass(frozen=True)
class Waiting:
    """`before` are those that wait and came earlier, or are urgent where this one is not; of a long
    line no more than MOST_COUNTED."""

    since: datetime
    before: int

    @property
    def is_more(self) -> bool:
        """Whether there may be more than were counted."""
        return self.before >= MOST_COUNTED


def waiting(radiograph: Radiograph) -> Waiting | None:
    """Of a radiograph from `get_case_with_answers`; None where none of its analyses waits. One
    query if one does."""
    clinical: list[Analysis] = radiograph.clinical  # type: ignore[attr-defined]  # prefetched
    own = next((one for one in clinical if one.status == AnalysisStatus.QUEUED), None)
    if own is None:
        return None
    earlier = Q(queued_at__lt=own.queued_at)
    before = Q(lane=Priority.URGENT) & earlier
    if own.lane != Priority.URGENT:
        before = Q(lane=Priority.URGENT) | earlier
    queued = Analysis.objects.filter(before, status=AnalysisStatus.QUEUED).exclude(pk=own.pk)
    return Waiting(own.created_at, queued.order_by().values("pk")[:MOST_COUNTED].count())


def unfinished_analyses(organization_id: UUID) -> int:
    """How many radiographs wait for their analysis, also for a model to be activated, or have one
    that runs, of the cases that the organization has submitted.

    Such a case is queued or running by its status, and for each an index holds those alone: what
    else was ever submitted is not looked at.
    """
    unfinished = (CaseStatus.QUEUED, CaseStatus.RUNNING)
    return sum(_unfinished_of(organization_id, status) for status in unfinished)


def _unfinished_of(organization_id: UUID, status: CaseStatus) -> int:
    clinical = Analysis.objects.filter(radiograph=OuterRef("pk"), purpose=Purpose.CLINICAL)
    return Radiograph.objects.filter(
        Exists(clinical.filter(status__in=ACTIVE)) | ~Exists(clinical),
        case__submitting_organization=organization_id,
        case__status=status,
        withdrawn_at__isnull=True,
        not_assessable="",
    ).count()
