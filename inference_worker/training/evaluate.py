"""Measure a bundle the way it serves: the same preprocessing, engine and calibration, on decoded
radiographs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.answer import Answer, answer
from inference_worker.bundle import Bundle
from inference_worker.classifier import Classifier, load_classifier
from inference_worker.training import scores
from inference_worker.training.dataset import (
    DatasetError,
    Sample,
    fingerprint,
    read,
    read_folder,
)
from inference_worker.training.decode import Bottom, decode
from inference_worker.training.evaluation import KIND
from inference_worker.training.metrics import FIGURES, Scored, auc, level_figures, measure
from inference_worker.training.scores import Scores
from inference_worker.training.split import split

FEWEST_OF_A_CLASS = 10
"""A subgroup with fewer gets no figure: its interval would span everything."""
REGIONS = ("hand", "leg", "hip", "shoulder")


def ask(classifier: Classifier, samples: Sequence[Sample]) -> list[Answer]:
    """What the bundle answers for every sample, however little of its file is there."""
    bottom: Bottom = "mended" if classifier.bundle.preprocessing_version == "1" else "cut"

    def one(sample: Sample) -> Answer:
        grey = decode(sample.path, bottom=bottom, least=0)
        return answer(classifier.classify([grey])[0], classifier.bundle)

    return [one(sample) for sample in tqdm(samples, desc="asking", unit="image", mininterval=1)]


def score(classifier: Classifier, samples: Sequence[Sample]) -> Scored:
    """The probability of a fracture for every sample, beside what is known of it."""
    return scored(ask(classifier, samples), samples)


def scored(answers: Sequence[Answer], samples: Sequence[Sample]) -> Scored:
    """Answers beside what is known; of several classes all but the normal one are fractured."""
    return Scored(
        np.array([said.probability for said in answers]),
        np.array([int(sample.label > 0) for sample in samples]),
        np.array([sample.group for sample in samples]),
    )


def as_scores(answers: Sequence[Answer], samples: Sequence[Sample]) -> Scores:
    """The answers as a file of scores has them, all in fold 0."""
    names = tuple(answers[0].class_scores)
    several = len(names) > 1
    return Scores(
        ids=np.array([sample.id for sample in samples]),
        folds=np.zeros(len(samples), np.int64),
        labels=np.array([sample.label for sample in samples]),
        groups=np.array([sample.group for sample in samples]),
        logits=np.array([said.logit for said in answers]),
        tags=tuple(sample.tags for sample in samples),
        sources=np.array([sample.source for sample in samples]),
        class_names=names if several else (),
        class_scores=np.array([list(said.class_scores.values()) for said in answers])
        if several
        else None,
    )


def figures(said: Scored, bundle: Bundle, samples: Sequence[Sample], root: Path) -> dict[str, Any]:
    """Every figure of the set, of the levels and of the subgroups that the data's table knows."""
    return {
        **measure(said, FIGURES),
        "decision_threshold": 0.5,
        "levels": measure(said, level_figures(bundle.thresholds)),
        "subgroups": _subgroup_figures(said, _subgroups(root, samples)),
        "held_out": {
            "images": len(samples),
            "fractured": int(said.labels.sum()),
            "groups": len(set(said.groups.tolist())),
            "fingerprint": fingerprint(samples),
        },
    }


def held_out_of(bundle: Bundle, root: Path) -> list[Sample]:
    """The samples that this bundle never learnt from; DatasetError when the data is not what it was
    split from."""
    if bundle.metrics.get("kind") == KIND:
        raise DatasetError(
            f"{bundle.path.name} has no held-out part, for its figures come from a "
            "cross-validation: measure it on data that it has never seen (--everything)."
        )
    seed = int(bundle.manifest.get("training", {}).get("seed", 0))
    samples = split(read_folder(root), seed=seed).held_out
    if fingerprint(samples) != bundle.metrics.get("held_out", {}).get("fingerprint"):
        raise DatasetError(
            f"{root} does not give the held-out set of {bundle.path.name}: "
            "other images, other groups or other library versions."
        )
    return samples


def evaluate(
    bundle: Bundle, root: Path, *, everything: bool = False, out: Path | None = None
) -> dict[str, Any]:
    """Figures on the bundle's held-out set in `root`, or (`everything`) on a folder it has never
    seen, contradictory images included; its scores are kept in `out`/scores.csv."""
    samples = read(root).samples if everything else held_out_of(bundle, root)
    answers = ask(load_classifier(bundle), samples)
    if out is not None:
        scores.write(as_scores(answers, samples), out / "scores.csv")
    return figures(scored(answers, samples), bundle, samples, root)


def _subgroups(root: Path, samples: Sequence[Sample]) -> dict[str, NDArray[np.bool_]]:
    table = root / "dataset.csv"
    if not table.is_file():
        return {}
    with table.open(newline="", encoding="utf-8") as lines:
        rows = {row["image_id"]: row for row in csv.DictReader(lines) if "image_id" in row}

    def where(column: str, value: str) -> NDArray[np.bool_]:
        return np.array([rows.get(s.path.name, {}).get(column) == value for s in samples])

    named = {"without metalwork": where("hardware", "0")}
    return named | {region: where(region, "1") for region in REGIONS}


def _subgroup_figures(scored: Scored, subgroups: dict[str, NDArray[np.bool_]]) -> dict[str, Any]:
    described = {}
    for name, members in subgroups.items():
        part = scored.take(members)
        counts = [int((part.labels == label).sum()) for label in (0, 1)]
        row: dict[str, Any] = {"images": sum(counts), "fractured": counts[1], "auc": None}
        if min(counts) >= FEWEST_OF_A_CLASS:
            row["auc"] = measure(part, {"auc": auc})["auc"]
        described[name] = row
    return described
