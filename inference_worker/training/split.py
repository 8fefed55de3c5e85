"""Train, tune and held-out samples, so that no group lies in two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from inference_worker.training.dataset import DatasetError, Sample, file_number

HELD_OUT_FOLDS = 5
"""80/20: one fold of five is held out and decides nothing."""
TUNE_FOLDS = 8
"""An eighth of the other 80 % chooses the epoch and fits the calibration."""
MARGIN = 2
"""Images left out of training on either side of a place where its run of file numbers touches
another fold."""


@dataclass(frozen=True)
class Split:
    """Three disjoint sets of samples, and those left out because they touch another set."""

    train: list[Sample]
    tune: list[Sample]
    held_out: list[Sample]
    left_out: list[Sample]


def split(samples: Sequence[Sample], *, seed: int) -> Split:
    """Split by group, stratified by label, the same way for the same samples and seed."""
    developed, held_out = _cut(list(samples), folds=HELD_OUT_FOLDS, seed=seed)
    train, tune = _cut(developed, folds=TUNE_FOLDS, seed=seed + 1)
    tune, touching_held_out = _without_neighbours(tune, held_out)
    train, touching = _without_neighbours(train, tune + held_out)
    return Split(train, tune, held_out, touching_held_out + touching)


def _cut(samples: list[Sample], *, folds: int, seed: int) -> tuple[list[Sample], list[Sample]]:
    labels = np.array([sample.label for sample in samples])
    groups = np.array([sample.group for sample in samples])
    fewest = min(len(set(groups[labels == label])) for label in (0, 1))
    if fewest < 2:
        raise DatasetError(
            "Each class needs images of at least two groups, or no honest split exists."
        )
    folds = min(folds, fewest)
    kept, cut = next(
        StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(labels, labels, groups)
    )
    if set(labels[kept]) != {0, 1} or set(labels[cut]) != {0, 1}:
        raise DatasetError(
            "The groups are too few or too uneven to have both classes on both sides of a split."
        )
    return [samples[i] for i in kept], [samples[i] for i in cut]


def _without_neighbours(
    samples: list[Sample], others: list[Sample]
) -> tuple[list[Sample], list[Sample]]:
    """Two runs that touch may be one examination: drop what lies within MARGIN file numbers of the
    other set.

    Only where a table made the groups, for only there do neighbouring numbers mean neighbouring
    examinations.
    """
    near = {
        number + step
        for sample in others
        if sample.group.startswith("table") and (number := file_number(sample)) is not None
        for step in range(-MARGIN, MARGIN + 1)
    }
    dropped = [s for s in samples if s.group.startswith("table") and file_number(s) in near]
    gone = {sample.id for sample in dropped}
    return [sample for sample in samples if sample.id not in gone], dropped
