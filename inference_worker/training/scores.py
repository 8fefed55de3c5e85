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

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Scores:
        """The radiographs where `rows` (N,) is true, or those it counts, in its order."""
        chosen = np.arange(len(self))[rows]
        return replace(
            self,
            ids=self.ids[chosen],
            folds=self.folds[chosen],
            labels=self.labels[chosen],
            groups=self.groups[chosen],
            logits=self.logits[chosen],
            tags=tuple(self.tags[row] for row in chosen),
            sources=self.sources[chosen],
            class_scores=None if self.class_scores is None else self.class_scores[chosen],
        )


def joined(parts: Sequence[Scores]) -> Scores:
    """The radiographs of all parts, sorted by id (and by fold, where an id was tested twice)."""
    said = [part.class_scores for part in parts if part.class_scores is not None]
    pooled = Scores(
        ids=np.concatenate([part.ids for part in parts]),
        folds=np.concatenate([part.folds for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        groups=np.concatenate([part.groups for part in parts]),
        logits=np.concatenate([part.logits for part in parts]),
        tags=tuple(tags for part in parts for tags in part.tags),
        sources=np.concatenate([part.sources for part in parts]),
        class_names=parts[0].class_names,
        class_scores=np.concatenate(said) if said else None,
    )
    return pooled.take(np.lexsort((pooled.folds, pooled.ids)))


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
    seen: set[tuple[str, str]] = set()
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
        if (row["id"], row["fold"]) in seen:
            raise ValueError(f"{path}, line {number}: {row['id']} was scored before.")
        seen.add((row["id"], row["fold"]))


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
