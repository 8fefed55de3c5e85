"""Everything that is said about a cross-validated model, from its out-of-fold scores alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Calibration, Thresholds
from inference_worker.training import calibrate, levels, operating
from inference_worker.training.bootstrap import DRAWS, Bootstrap, measured, rounded
from inference_worker.training.likeness import likeness
from inference_worker.training.parts import part_figures
from inference_worker.training.ranking import NAMES, ranking_draws
from inference_worker.training.reliability import reliability
from inference_worker.training.scores import Scores

KIND = "cross_validation"
PREVALENCE = 0.176
"""Of FracAtlas as published: 717 of 4,083 radiographs."""


@dataclass(frozen=True)
class Evaluation:
    """A line, thresholds, and all figures that were measured with them."""

    calibration: Calibration
    thresholds: Thresholds
    metrics: dict[str, Any]

    def as_manifest(self) -> dict[str, Any]:
        """The three entries of bundle.json."""
        return {
            "calibration": asdict(self.calibration),
            "thresholds": asdict(self.thresholds),
            "metrics": self.metrics,
        }


def evaluate_scores(
    scores: Scores, *, prevalence: float = PREVALENCE, draws: int = DRAWS
) -> Evaluation:
    """Calibrate, find the operating points and measure; ValueError when only one class was
    scored, or a radiograph twice."""
    if len(set(scores.ids.tolist())) < len(scores):
        raise ValueError("A radiograph is scored in two folds: these are no cross-validation's.")
    fractured = scores.fractured
    bootstrap = Bootstrap(scores.groups, draws=draws)
    line = calibrate.platt(scores.logits, fractured, prevalence=prevalence)
    probabilities = calibrate.apply(line, scores.logits)
    points = operating.find(probabilities, fractured, bootstrap)
    table = levels.at_points(
        probabilities, fractured, points.thresholds, bootstrap, prevalence=prevalence
    )
    ranked = ranking_draws(scores.logits, fractured, bootstrap, prevalence=prevalence)
    fit = reliability(scores.logits, fractured, scores.folds, bootstrap, prevalence=prevalence)
    metrics = {
        "kind": KIND,
        "prevalence": prevalence,
        "draws": draws,
        **{name: measured(drawn) for name, drawn in ranked.items()},
        **levels.plain(table, prevalence=prevalence),
        "brier": fit["brier"],
        "ece": fit["ece"],
        "decision_threshold": 0.5,
        "levels": levels.summary(table, prevalence=prevalence),
        "operating_points": {"crossed": points.crossed, **table},
        "levels_unseen": levels.unseen(
            scores.logits, fractured, scores.folds, bootstrap, prevalence=prevalence
        ),
        "reliability": fit,
        "folds": _folds(scores, prevalence),
        "subgroups": part_figures(
            scores, probabilities, points.thresholds, prevalence=prevalence, draws=draws
        ),
        "scored_like": likeness(probabilities, fractured, bootstrap, prevalence=prevalence),
        "scored": counted(scores),
    }
    return Evaluation(line, points.thresholds, metrics | _classes(scores))


def compared(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of another model, from its manifest, for a row beside one's own."""
    metrics = manifest.get("metrics", {})
    names = ("auc", "average_precision", "accuracy", "recall", "specificity")
    return {
        "name": f"{manifest.get('name', '?')} {manifest.get('version', '?')}",
        "images": metrics.get("scored", {}).get("images"),
        **{name: metrics.get(name) for name in (*names, "specificity_at_92")},
    }


def always_normal(prevalence: float) -> dict[str, Any]:
    """What saying "no fracture" to everybody scores: the floor that accuracy hides."""
    known = {
        "auc": 0.5,
        "average_precision": prevalence,
        "accuracy": 1 - prevalence,
        "recall": 0.0,
        "specificity": 1.0,
    }
    exact = {
        name: {"value": rounded(value), "low": None, "high": None} for name, value in known.items()
    }
    return {"name": "always “no fracture”", "images": None, "specificity_at_92": None} | exact


def write(evaluation: Evaluation, folder: Path) -> Path:
    """Write metrics.json, with the line and the thresholds, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(evaluation.as_manifest(), indent=2, ensure_ascii=False, allow_nan=False)
    path = folder / "metrics.json"
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _folds(scores: Scores, prevalence: float) -> dict[str, Any]:
    """Every fold's own figures, their mean and standard deviation: what the luck of a split and of
    a training makes."""
    rows = []
    for fold in np.unique(scores.folds):
        part = scores.take(scores.folds == fold)
        once = Bootstrap(part.groups, draws=0)
        drawn = ranking_draws(part.logits, part.fractured, once, prevalence=prevalence)
        rows.append(
            {
                "fold": int(fold),
                "images": len(part),
                "fractured": int(part.fractured.sum()),
                **{name: rounded(values[0]) for name, values in drawn.items()},
            }
        )
    return {"rows": rows, **{name: _spread([row[name] for row in rows]) for name in NAMES}}


def _spread(values: list[float | None]) -> dict[str, float | None]:
    known = np.array([value for value in values if value is not None])
    return {
        "mean": rounded(known.mean()) if len(known) else None,
        "sd": rounded(known.std(ddof=1)) if len(known) > 1 else None,
    }


def counted(scores: Scores) -> dict[str, Any]:
    """How many radiographs of what were scored."""
    return {
        "images": len(scores),
        "fractured": int(scores.fractured.sum()),
        "groups": len(set(scores.groups.tolist())),
        "folds": len(set(scores.folds.tolist())),
        "sources": sorted(set(scores.sources.tolist())),
    }


def _classes(scores: Scores) -> dict[str, Any]:
    """Per class of an N-class model: how many there are and how many the highest score finds."""
    if scores.class_scores is None or scores.class_scores.shape[1] < 2:
        return {}
    chosen: NDArray[np.int64] = scores.class_scores.argmax(axis=1)
    rows = {}
    for index, name in enumerate(scores.class_names):
        true = scores.labels == index
        rows[name] = {
            "images": int(true.sum()),
            "chosen": int((chosen == index).sum()),
            "recall": rounded((chosen[true] == index).mean()) if true.any() else None,
        }
    return {"classes": rows, "class_accuracy": rounded((chosen == scores.labels).mean())}
