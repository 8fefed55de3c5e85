"""What clinicians concluded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fracture_client.records.cases import Organization


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
