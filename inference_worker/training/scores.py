"""The scores of a cross-validation: what a model that never saw a radiograph said about it.

One row per radiograph, kept as a plain CSV so that every figure can be made again without the
network, the images or a GPU.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("id", "fold", "label", "group", "source", "tags", "logit")
SCORE = "score_"


@dataclass(frozen=True)
class Scores:
    """N radiographs, each scored by the model of the fold that left it out; arrays of one length.

    `labels` are class indices, 0 is "no fracture"; `logits` are raw natural log-odds of "fractured"
    before calibration; `class_scores` is (N, C) in the order of `class_names`, or None.
    """

    ids: NDArray[np.str_]
    folds: NDArray[np.int64]
    labels: NDArray[np.int64]
    groups: NDArray[np.str_]
    logits: NDArray[np.float64]
    tags: tuple[frozenset[str], ...]
    sources: NDArray[np.str_]
    class_names: tuple[str, ...] = ()
    class_scores: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def fractured(self) -> NDArray[np.bool_]:
        """Any class but the normal one: (N,)."""
        return self.labels > 0

    def tagged(self, tag: str) -> NDArray[np.bool_]:
        """Which radiographs carry the tag: (N,)."""
        return np.array([tag in tags for tags in self.tags], dtype=bool)

    def take(self, mask: NDArray[np.bool_]) -> Scores:
        """The radiographs where `mask` (N,) is true."""
        return replace(
            self,
            ids=self.ids[mask],
            folds=self.folds[mask],
            labels=self.labels[mask],
            groups=self.groups[mask],
            logits=self.logits[mask],
            tags=tuple(tags for tags, kept in zip(self.tags, mask, strict=True) if kept),
            sources=self.sources[mask],
            class_scores=None if self.class_scores is None else self.class_scores[mask],
        )


def write(scores: Scores, path: Path) -> None:
    """Write the CSV at once: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow([*COLUMNS, *(SCORE + name for name in scores.class_names)])
        for row in range(len(scores)):
            lines.writerow(_cells(scores, row))
    fresh.replace(path)


def read(path: Path) -> Scores:
    """Read the CSV; ValueError, one sentence with the line, for what cannot be evaluated."""
    with path.open(newline="", encoding="utf-8") as file:
        lines = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (lines.fieldnames or ())]
        if missing:
            raise ValueError(f"{path} has no column {', '.join(missing)}: it holds no scores.")
        rows = list(lines)
        names = tuple(n.removeprefix(SCORE) for n in lines.fieldnames or () if n.startswith(SCORE))
    if not rows:
        raise ValueError(f"{path} holds no scores: it has a header and no line.")
    _check(path, rows, names)
    return _scores(rows, names)


def _cells(scores: Scores, row: int) -> list[object]:
    said = [] if scores.class_scores is None else [f"{s:.6f}" for s in scores.class_scores[row]]
    return [
        scores.ids[row],
        scores.folds[row],
        scores.labels[row],
        scores.groups[row],
        scores.sources[row],
        ";".join(sorted(scores.tags[row])),
        f"{scores.logits[row]:.6f}",
        *said,
    ]


def _check(path: Path, rows: Sequence[dict[str, str]], names: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        try:
            int(row["fold"])
            right = (
                int(row["label"]) >= 0
                and np.isfinite(
                    [float(row["logit"]), *(float(row[SCORE + name]) for name in names)]
                ).all()
            )
        except (TypeError, ValueError):
            right = False
        if not right:
            raise ValueError(f"{path}, line {number}: fold, label or score is no finite number.")
        if row["id"] in seen:
            raise ValueError(f"{path}, line {number}: {row['id']} was scored before.")
        seen.add(row["id"])


def _scores(rows: Sequence[dict[str, str]], names: tuple[str, ...]) -> Scores:
    said = np.array([[float(row[SCORE + name]) for name in names] for row in rows])
    return Scores(
        ids=np.array([row["id"] for row in rows]),
        folds=np.array([int(row["fold"]) for row in rows]),
        labels=np.array([int(row["label"]) for row in rows]),
        groups=np.array([row["group"] for row in rows]),
        logits=np.array([float(row["logit"]) for row in rows]),
        tags=tuple(frozenset(filter(None, row["tags"].split(";"))) for row in rows),
        sources=np.array([row["source"] for row in rows]),
        class_names=names,
        class_scores=said if names else None,
    )
