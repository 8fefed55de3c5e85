"""What training knows of one radiograph, and of a set of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) in pixels of the upright decoded image; a box has four."""

NO_FRACTURE = "no_fracture"
TWO_CLASSES = (NO_FRACTURE, "fracture")


class DatasetError(Exception):
    """A folder that cannot be trained on; one sentence."""


@dataclass(frozen=True)
class Sample:
    """One labelled radiograph file."""

    id: str
    path: Path
    label: int
    """Index into the dataset's class names; 0 is always "no fracture"."""
    group: str
    """Never lies in two folds: a patient, an examination, or the best guess at one."""
    sha256: str
    source: str = ""
    fractures: tuple[Polygon, ...] = ()
    tags: frozenset[str] = frozenset()
    contradictory: bool = False
    """Published under two labels: left out of training, never out of a test."""
    too_short: bool = False
    """Less than half of the picture is in the file: left out of training; `decode` refuses it
    unless told how little is enough."""
    place: tuple[str, int] | None = None
    """Series and file number, where neighbouring numbers are often one examination."""


@dataclass(frozen=True)
class Dataset:
    """Samples, and the names that their labels index."""

    samples: list[Sample]
    class_names: tuple[str, ...] = TWO_CLASSES


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 over the sorted (id, hash of the file's bytes): the same figure means the same
    training data."""
    digest = hashlib.sha256()
    for sample in sorted(samples, key=lambda sample: sample.id):
        digest.update(f"{sample.id} {sample.sha256}\n".encode())
    return digest.hexdigest()


def number_in(stem: str) -> int | None:
    """The last run of digits in a file's name: neighbours in it were often taken together."""
    digits = re.findall(r"\d+", stem)
    return int(digits[-1]) if digits else None
