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

from inference_worker.answer import answer
from inference_worker.bundle import Bundle
from inference_worker.classifier import Classifier, load_classifier
from inference_worker.training.dataset import DatasetError, Sample, fingerprint, read_folder
from inference_worker.training.decode import Bottom, decode
from inference_worker.training.metrics import FIGURES, Scored, auc, level_figures, measure
from inference_worker.training.split import split

FEWEST_OF_A_CLASS = 10
"""A subgroup with fewer gets no figure: its interval would span everything."""
REGIONS = ("hand", "leg", "hip", "shoulder")


def score(classifier: Classifier, samples: Sequence[Sample]) -> Scored:
    """What the bundle answers for every sample, however little of its file is there."""
    bottom: Bottom = "mended" if classifier.bundle.preprocessing_version == "1" else "cut"

    def probability(sample: Sample) -> float:
        grey = decode(sample.path, bottom=bottom, least=0)
        return answer(classifier.classify([grey])[0], classifier.bundle).probability

    probabilities = [
        probability(sample)
        for sample in tqdm(samples, desc="held out", unit="radiograph", mininterval=1)
    ]
    return Scored(
        np.array(probabilities),
        np.array([sample.label for sample in samples]),
        np.array([sample.group for sample in samples]),
    )


def figures(
    scored: Scored, bundle: Bundle, samples: Sequence[Sample], root: Path
) -> dict[str, Any]:
    """Every figure of the set, of the levels and of the subgroups that the data's table knows."""
    return {
        **measure(scored, FIGURES),
        "decision_threshold": 0.5,
        "levels": measure(scored, level_figures(bundle.thresholds)),
        "subgroups": _subgroup_figures(scored, _subgroups(root, samples)),
        "held_out": {
            "images": len(samples),
            "fractured": int(scored.labels.sum()),
            "groups": len(set(scored.groups.tolist())),
            "fingerprint": fingerprint(samples),
        },
    }


def held_out_of(bundle: Bundle, root: Path) -> list[Sample]:
    """The samples that this bundle never learnt from; DatasetError when the data is not what it was
    split from."""
    seed = int(bundle.manifest.get("training", {}).get("seed", 0))
    samples = split(read_folder(root), seed=seed).held_out
    if fingerprint(samples) != bundle.metrics.get("held_out", {}).get("fingerprint"):
        raise DatasetError(
            f"{root} does not give the held-out set of {bundle.path.name}: "
            "other images, other groups or other library versions."
        )
    return samples


def evaluate(bundle: Bundle, root: Path, *, everything: bool = False) -> dict[str, Any]:
    """Figures on the bundle's held-out set in `root`, or (`everything`) on a folder it has never
    seen."""
    samples = read_folder(root) if everything else held_out_of(bundle, root)
    return figures(score(load_classifier(bundle), samples), bundle, samples, root)


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
