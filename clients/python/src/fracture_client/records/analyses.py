"""Runs of a model, and the models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
