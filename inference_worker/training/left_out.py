"""What models gave on a source, a region or a kind of file that they had never learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from inference_worker.training import scores
from inference_worker.training.parts import FILE, REGIONS, figures_of
from inference_worker.training.scores import Scores

START = "left-out-"


def left_out(path: Path, *, prevalence: float, draws: int) -> list[dict[str, Any]]:
    """A row for each part in a file left-out-KIND.csv, whose folds are the parts: `kind`, `name`,
    counts and ranking figures. ValueError when its name does not say which kind."""
    kind = path.stem.removeprefix(START)
    if kind not in {"source", "region", "kind"}:
        raise ValueError(f"{path.name} must be named {START}source, -region or -kind.csv.")
    scored = scores.read(path)
    rows = []
    for fold in np.unique(scored.folds):
        part = scored.take(scored.folds == fold)
        figures = figures_of(part, part.logits, None, prevalence=prevalence, draws=draws)
        rows.append({"kind": kind, "name": name_of(part, kind), **figures})
    return rows


def name_of(part: Scores, kind: str) -> str:
    """What all radiographs of the part have in common; "part N" where that is not one thing."""
    if kind == "source":
        shared = set(part.sources.tolist())
    else:
        tags = frozenset.intersection(*part.tags)
        shared = {t for t in tags if (t in REGIONS if kind == "region" else t.startswith(FILE))}
    return shared.pop() if len(shared) == 1 else f"part {part.folds[0]}"
