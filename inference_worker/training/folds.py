"""Folds for a cross-validation: no group in two of them, and a file that says which is where."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from inference_worker.training.sources.samples import DatasetError, Sample

FOLDS = 5
SEED = 7
MARGIN = 2
"""Images left out of training on either side of a border between neighbouring runs of file numbers
that fall into different folds."""
COLUMNS = ("id", "fold", "label", "group")


def assign(samples: Sequence[Sample], *, folds: int = FOLDS, seed: int = SEED) -> dict[str, int]:
    """The fold of every sample by id, the same for the same samples and seed in any order.

    Stratified by label and source. Contradictory samples have a fold too: they are tested.

    Raises:
        DatasetError: the groups are too few for every fold to hold normal and other images.
    """
    ordered = sorted(samples, key=lambda sample: sample.id)
    _check_groups(ordered, folds)
    strata = [f"{sample.source} {sample.label}" for sample in ordered]
    groups = [sample.group for sample in ordered]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    assigned: dict[str, int] = {}
    for fold, (_, members) in enumerate(splitter.split(strata, strata, groups)):
        assigned |= {ordered[i].id: fold for i in members}
    _check_folds(ordered, assigned, folds)
    return assigned


def training_part(
    samples: Iterable[Sample], assigned: Mapping[str, int], fold: int
) -> list[Sample]:
    """What a model may learn from that is tested on `fold`: everything of the other folds, less
    contradictory and too short ones, and less those near the border of a run in `fold`.

    Groups are what `assign` kept together; a file of folds from before a group was known to go on
    elsewhere is used as it stands.
    """
    everything = list(samples)
    tested = [sample for sample in everything if assigned[sample.id] == fold]
    others = [sample for sample in everything if assigned[sample.id] != fold]
    return without_neighbours(others, tested, by_group=False)


def without_neighbours(
    samples: Sequence[Sample],
    tested: Sequence[Sample],
    *,
    margin: int = MARGIN,
    by_group: bool = True,
) -> list[Sample]:
    """`samples` that may be learnt from when `tested` is the test: usable, no copy of a tested
    one, further than `margin` file numbers from each and (`by_group`) of other groups."""
    groups = {sample.group for sample in tested} if by_group else set()
    copies = {sample.sha256 for sample in tested}
    near = {
        (sample.place[0], sample.place[1] + step)
        for sample in tested
        if sample.place is not None
        for step in range(-margin, margin + 1)
    }
    return [
        sample
        for sample in samples
        if not sample.contradictory
        and not sample.too_short
        and sample.sha256 not in copies
        and sample.group not in groups
        and sample.place not in near
    ]


def write(path: Path, samples: Sequence[Sample], assigned: Mapping[str, int]) -> str:
    """Write the folds as a small CSV, sorted by id; its SHA-256 in hexadecimal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(COLUMNS)
        for sample in sorted(samples, key=lambda sample: sample.id):
            table.writerow((sample.id, assigned[sample.id], sample.label, sample.group))
    return digest(path)


def read(path: Path, samples: Sequence[Sample]) -> dict[str, int]:
    """The fold of every sample from such a file; DatasetError when it was made of others, or of
    other labels. (A group that grew since does not matter: who is in a fold is what it says.)"""
    with path.open(newline="", encoding="utf-8") as lines:
        try:
            rows = [
                (row["id"], int(row["fold"]), int(row["label"])) for row in csv.DictReader(lines)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"{path} is no table of folds: {error}.") from error
    if {(name, label) for name, _, label in rows} != {(s.id, s.label) for s in samples}:
        raise DatasetError(
            f"{path} was made of other images or labels than the data has: name another folder."
        )
    return {name: fold for name, fold, _ in rows}


def digest(path: Path) -> str:
    """SHA-256 of the file: what a bundle records."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_groups(samples: Sequence[Sample], folds: int) -> None:
    for normal in (True, False):
        groups = {sample.group for sample in samples if (sample.label == 0) is normal}
        if len(groups) < folds:
            kind = "normal" if normal else "other"
            raise DatasetError(
                f"The {kind} images come from {len(groups)} groups, and {folds} folds need "
                f"at least {folds}: ask for fewer folds, or name patients by folders."
            )


def _check_folds(samples: Sequence[Sample], assigned: Mapping[str, int], folds: int) -> None:
    found = {(assigned[sample.id], sample.label == 0) for sample in samples}
    if len(found) < 2 * folds:
        raise DatasetError(
            "The groups are too few or too uneven for every fold to hold normal and other images."
        )
    labels = {sample.label for sample in samples}
    for label in labels:
        if len(set(map(assigned.__getitem__, (s.id for s in samples if s.label == label)))) < 2:
            raise DatasetError(
                f"All images of class {label} lie in one fold: it needs images of more groups."
            )


def sizes(samples: Sequence[Sample], assigned: Mapping[str, int]) -> np.ndarray:
    """Images by (fold, label)."""
    table = np.zeros((max(assigned.values()) + 1, max(s.label for s in samples) + 1), int)
    for sample in samples:
        table[assigned[sample.id], sample.label] += 1
    return table
