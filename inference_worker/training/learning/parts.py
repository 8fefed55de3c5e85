"""What is learnt from and what is tested: every fold, every part left out, or everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from inference_worker.training import folds
from inference_worker.training.dataset import Dataset, Sample, leave_one_out

By = Literal["fold", "source", "region", "kind"]
FOLDS_FILE = "folds.csv"


@dataclass(frozen=True)
class Part:
    """A test, and what may be learnt from beside it; `number` is its place among the parts."""

    name: str
    number: int
    training: list[Sample]
    tested: list[Sample]


def parts(dataset: Dataset, by: By, *, folder: Path) -> list[Part]:
    """The parts of a cross-validation in order; folds are written to, or read from, `folder`. They
    do not hang on the plan's seed: networks of different seeds are compared, and put together."""
    if by == "fold":
        return _folds(dataset, folder)
    left_out = leave_one_out(dataset.samples, by)
    return [
        Part(f"{by}-{part.name.replace(' ', '-')}", number, part.training, part.tested)
        for number, part in enumerate(left_out)
    ]


def usable(samples: Sequence[Sample]) -> list[Sample]:
    """What a model that ships may learn from: all but contradictory and too short images."""
    return [sample for sample in samples if not sample.contradictory and not sample.too_short]


def _folds(dataset: Dataset, folder: Path) -> list[Part]:
    path = folder / FOLDS_FILE
    if path.is_file():
        assigned = folds.read(path, dataset.samples)
    else:
        assigned = folds.assign(dataset.samples)
        folds.write(path, dataset.samples, assigned)
    return [
        Part(
            f"fold-{fold}",
            fold,
            folds.training_part(dataset.samples, assigned, fold),
            [sample for sample in dataset.samples if assigned[sample.id] == fold],
        )
        for fold in sorted(set(assigned.values()))
    ]
