"""Which radiographs somebody should look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from inference_worker.training.sources.samples import Sample
from inference_worker.training.survey.sheets import Shown

MOST = 96
ROWS = 1024


def fractured(samples: Sequence[Sample]) -> list[Shown]:
    """All that are not normal, with their tags."""
    return [(sample, " ".join(_known(sample))) for sample in samples if sample.label]


def suspicious_normals(samples: Sequence[Sample], pictures: NDArray[np.float32]) -> list[Shown]:
    """Normals with something against them first (treated, contradictory, damaged), then those that
    look most like an image of a fracture."""
    marked = [
        (sample, reason) for sample in samples if sample.label == 0 and (reason := _against(sample))
    ]
    return [*marked, *_lookalikes(samples, pictures)][:MOST]


def worst(samples: Sequence[Sample], logits: Mapping[str, float], *, misses: bool) -> list[Shown]:
    """The fractured images that scored lowest (`misses`), or the normals that scored highest."""
    wanted = [s for s in samples if (s.label > 0) is misses and s.id in logits]
    wanted.sort(key=lambda sample: logits[sample.id], reverse=not misses)
    return [(s, f"logit {logits[s.id]:.2f} {' '.join(_known(s))}") for s in wanted[:MOST]]


def _known(sample: Sample) -> list[str]:
    return sorted(tag for tag in sample.tags if not tag.startswith("file "))


def _against(sample: Sample) -> str:
    marks = {"contradictory": sample.contradictory, "too short": sample.too_short}
    named = sample.tags & {"treated", "metalwork", "cast", "splint", "uncertain", "truncated"}
    return " ".join([mark for mark, there in marks.items() if there] + sorted(named))


def _lookalikes(samples: Sequence[Sample], pictures: NDArray[np.float32]) -> list[Shown]:
    labels = np.array([sample.label for sample in samples])
    broken, normal = np.flatnonzero(labels), np.flatnonzero(labels == 0)
    if not len(broken):
        return []
    best = np.concatenate(
        [
            (pictures[normal[start : start + ROWS]] @ pictures[broken].T).max(axis=1)
            for start in range(0, len(normal), ROWS)
        ]
    )
    ordered = np.argsort(-best, kind="stable")
    return [
        (samples[normal[i]], f"{best[i]:.3f} like a fractured one")
        for i in ordered
        if not _against(samples[normal[i]])
    ][:MOST]
