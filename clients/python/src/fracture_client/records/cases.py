"""A case with its radiographs, and what stands for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

UNFINISHED = frozenset({"queued", "running"})
"""States of a case in which asking again is worth while."""
WITHHELD = "withheld"
"""Kind of an answer that is not told: clinicians look first, or the key may not look."""
NO_LEVEL = frozenset({"queued", "running", "cancelled", "failed", "none", WITHHELD})
"""Kinds of an answer that are no finding level."""


@dataclass(frozen=True)
class Organization:
    """A hospital or a partner. `kind` is told of the own one alone."""

    id: str
    name: str
    kind: str = ""


@dataclass(frozen=True)
class Answer:
    """What stands for a radiograph now. Show `statement`, and `note` where there is one, wherever
    you show `kind`: a finding level, or why there is none."""

    kind: str
    statement: str
    probability: float | None
    analysis: str | None
    pending: str | None
    note: str = ""

    @property
    def level(self) -> str:
        """The finding level, or an empty string while there is none."""
        return "" if self.kind in NO_LEVEL else self.kind


@dataclass(frozen=True)
class PixelSpacing:
    """Millimetres between the middles of two pixels; `kind` says where that was measured."""

    row_mm: float
    column_mm: float
    kind: str


@dataclass(frozen=True)
class Radiograph:
    """One image of a case, in its `position`; `sha256` is of the bytes that were received."""

    id: str
    position: int
    view: str
    received_at: datetime
    format: str
    sha256: str
    width: int
    height: int
    bits: int
    pixel_spacing: PixelSpacing | None
    not_assessable: str
    warnings: tuple[str, ...]
    withdrawn_at: datetime | None
    answer: Answer
    withdrawal_reason: str = ""


@dataclass(frozen=True)
class CaseSummary:
    """A case as lists have it. `level` is None while there is none, or while it is `withheld`."""

    id: str
    status: str
    level: str | None
    withheld: bool
    priority: str
    patient_reference: str
    age_years: int | None
    sex: str
    body_region: str
    side: str
    source: str
    submitting_organization: Organization
    reading_organization: Organization
    received_at: datetime
    changed_at: datetime
    reading_deadline: datetime | None
    read_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def is_finished(self) -> bool:
        """Whether nothing of it waits or runs any more; it may have failed."""
        return self.status not in UNFINISHED


@dataclass(frozen=True)
class ExternalIds:
    """Numbers of your own system."""

    accession: str | None
    order: str | None
    study_uid: str | None


@dataclass(frozen=True)
class Case(CaseSummary):
    """One case with its radiographs. Show `disclaimer` with every answer."""

    clinical_question: str
    external_ids: ExternalIds
    disclaimer: str
    radiographs: tuple[Radiograph, ...]


@dataclass(frozen=True)
class Submitted(Case):
    """A case that was just submitted; `replayed` where an earlier request had made it already."""

    idempotency_key: str
    replayed: bool
