"""What the API tells, as frozen dataclasses.

Levels, states and the like are plain strings: a newer server may know more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

UNFINISHED = frozenset({"queued", "running"})
"""States of a case in which asking again is worth while."""
NO_LEVEL = frozenset({"queued", "running", "cancelled", "failed", "none", "withheld"})
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


@dataclass(frozen=True)
class Mark:
    """A box in pixels of the canonical radiograph; it neither outlines nor proves a fracture."""

    x: float
    y: float
    width: float
    height: float
    peak: float


@dataclass(frozen=True)
class Thresholds:
    """Below `rule_out` no fracture is found, above `rule_in` one is suspected."""

    rule_out: float
    rule_in: float


@dataclass(frozen=True)
class ModelReference:
    """Which model version was asked."""

    id: str
    name: str
    version: str
    is_demonstration: bool


@dataclass(frozen=True)
class Failure:
    """Why an analysis failed."""

    code: str
    message: str


@dataclass(frozen=True)
class Analysis:
    """One run of one model version over one radiograph; a re-run is another one."""

    id: str
    radiograph: str
    status: str
    level: str | None
    probability: float | None
    calibration_prevalence: float | None
    logit: float | None
    class_scores: dict[str, float]
    marks: tuple[Mark, ...]
    thresholds: Thresholds | None
    heatmap_url: str | None
    model: ModelReference
    weights_sha256: str
    preprocessing_version: str
    engine: str
    timings_ms: dict[str, float]
    attempt: int
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: Failure | None


@dataclass(frozen=True)
class Analyses:
    """Of a case, the newest first. While the answer is `withheld` there are none."""

    withheld: bool
    results: tuple[Analysis, ...]


@dataclass(frozen=True)
class Place:
    """A place on a radiograph, in its pixels."""

    radiograph: str
    x: float
    y: float


@dataclass(frozen=True)
class Read:
    """What a clinician concluded. It `stands` until a later one amends it."""

    id: str
    reader: str
    organization: Organization
    created_at: datetime
    amends: str | None
    stands: bool
    conclusion: str
    body_region: str
    side: str
    other_findings: tuple[str, ...]
    comment: str
    analysis: str | None
    agreement: str
    mark: Place | None


@dataclass(frozen=True)
class Reads:
    """Of a case, the newest first. While the answer is `withheld` there are none."""

    withheld: bool
    results: tuple[Read, ...]


@dataclass(frozen=True)
class Model:
    """A model version: what it is for, what it is not for, what its numbers are stated for."""

    id: str
    name: str
    version: str
    is_active: bool
    is_demonstration: bool
    activated_at: datetime | None
    weights_sha256: str
    preprocessing_version: str
    thresholds: Thresholds | None
    calibration_prevalence: float | None
    intended_use: str
    limits: str
    card: str


@dataclass(frozen=True)
class Key:
    """The key that was sent, without its secret."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class Me:
    """Who the key is on this server, and who may be asked to read what it submits."""

    name: str
    organization: Organization | None
    key: Key | None
    reading_organizations: tuple[Organization, ...]
