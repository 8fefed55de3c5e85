"""What bundle.json says: its words, and checks of its values that raise ValueError."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

MANIFEST = "bundle.json"
FORMAT = 1
ENGINE_FILES = {"litert": "model.tflite", "keras": "model.keras"}
OUTPUTS = ("logit", "class_scores", "map")
FEATURES = "features"
"""The one output that a bundle may lack."""

RELATIVE, ABSOLUTE = "grad_cam", "fracture_probability"
"""Kinds of map: one says where the network looked most and is scaled to its own peak; the other
says how likely each place is fractured and is shown as it is."""
FAINT = 0.2
"""Where a bundle names no other limit: below this a map is noise, and showing it would tint the
whole radiograph."""
MARK = 0.3
"""Where a bundle with an absolute map names no other cut: boxes stand around what reaches it.
docs/model-lab.md has what several cuts gave."""


class Manifest(TypedDict, total=False):
    """bundle.json as it lies on disk; JSON, so that a model version can keep a copy of it."""

    format: int
    name: str
    version: str
    architecture: str
    demonstration: bool
    input: dict[str, Any]
    preprocessing_version: str
    outputs: list[str]
    class_names: list[str]
    normal_class: str
    map: dict[str, Any]
    calibration: dict[str, Any]
    thresholds: dict[str, float]
    files: dict[str, str]
    training_data: dict[str, Any]
    training: dict[str, Any]
    members: list[dict[str, Any]]
    metrics: dict[str, Any]
    licence: dict[str, str]
    notes: list[str]


@dataclass(frozen=True)
class Thresholds:
    """Two operating points on the calibrated probability: a sensitive one and a specific one."""

    rule_out: float
    rule_in: float


@dataclass(frozen=True)
class Calibration:
    """probability = sigmoid(slope * logit + intercept), for the stated share of fractured
    radiographs."""

    slope: float
    intercept: float
    prevalence: float


@dataclass(frozen=True)
class MapStyle:
    """What the map's numbers mean (RELATIVE or ABSOLUTE), the value below which none is shown,
    that from which on the colour is as strong as it gets, and that from which on a place of an
    absolute map is marked by a box."""

    kind: str = RELATIVE
    faint: float = FAINT
    full: float = 1.0
    mark: float = MARK


def read_word(value: object) -> str:
    """A name or a version: it becomes part of a folder's name."""
    word = str(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", word):
        raise ValueError(
            f"{word!r} cannot name a bundle: up to 40 letters, digits, dots, dashes, underscores"
        )
    return word


def read_class_names(manifest: Manifest) -> tuple[str, ...]:
    names = manifest["class_names"]
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"class_names must be words, not {names}")
    if len(set(names)) != len(names):
        raise ValueError(f"class_names must differ: {', '.join(names)}")
    return tuple(names)


def read_normal_class(manifest: Manifest) -> str | None:
    names, normal = manifest["class_names"], manifest.get("normal_class")
    if len(names) > 1 and normal not in names:
        raise ValueError(f"normal_class is {normal!r} and not one of {', '.join(names)}")
    return normal if len(names) > 1 else None


def read_map_style(values: Mapping[str, Any]) -> MapStyle:
    faint = float(values.get("faint", FAINT))
    style = MapStyle(
        values.get("kind", RELATIVE),
        faint,
        float(values.get("full", 1.0)),
        float(values.get("mark", max(MARK, faint))),
    )
    if style.kind not in {RELATIVE, ABSOLUTE} or not 0 <= style.faint < style.full <= 1:
        raise ValueError(f"map {style.kind}, faint below {style.faint}, full from {style.full}")
    # A box around what the heatmap leaves without colour would point at nothing.
    if not (0 < style.mark <= 1 and style.faint <= style.mark):
        raise ValueError(f"map with marks from {style.mark}, faint below {style.faint}")
    return style


def read_thresholds(values: Mapping[str, float]) -> Thresholds:
    rule_out, rule_in = float(values["rule_out"]), float(values["rule_in"])
    if not 0 < rule_out < rule_in < 1:
        raise ValueError(
            f"thresholds must keep 0 < rule_out < rule_in < 1, not {rule_out}, {rule_in}"
        )
    return Thresholds(rule_out, rule_in)


def read_calibration(values: Mapping[str, Any]) -> Calibration:
    slope, intercept, prevalence = (
        float(values[key]) for key in ("slope", "intercept", "prevalence")
    )
    if not (0 < slope < math.inf and math.isfinite(intercept) and 0 < prevalence < 1):
        raise ValueError(f"calibration {slope}, {intercept}, {prevalence}")
    return Calibration(slope, intercept, prevalence)
