"""The command `evaluate --scores`: from a file of out-of-fold scores to figures, pictures and a
bundle's card."""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from inference_worker.bundle import MANIFEST, BundleError, Manifest, load_bundle
from inference_worker.training import card, score_plots, scores
from inference_worker.training.bootstrap import DRAWS
from inference_worker.training.card_words import measured, percent
from inference_worker.training.evaluation import (
    Evaluation,
    always_normal,
    compared,
    evaluate_scores,
    write,
)
from inference_worker.training.left_out import left_out
from inference_worker.training.manifest_file import write_manifest
from inference_worker.training.scores import Scores

SCORES = "oof.csv"
"""Under this name a bundle carries the scores that its figures were made from."""


def report(options: Namespace) -> str:
    """Evaluate `options.scores`; write metrics.json and pictures into `options.out`, and all of it
    with the card into the bundle `options.into`. A summary to print; ValueError, one sentence, for
    what cannot be evaluated."""
    if options.out is None and options.into is None:
        raise ValueError("Say where the figures go: --out DIR, or --into BUNDLE.")
    scored = scores.read(options.scores)
    made = evaluated(
        scored, prevalence=options.prevalence, beside=options.beside, without=options.left_out
    )
    if options.out is not None:
        write(made, options.out)
        score_plots.draw(scored, made, options.out)
    if options.into is not None:
        complete(options.into, scored, made, options.left_out)
    return summary(made)


def evaluated(
    scored: Scores,
    *,
    prevalence: float,
    beside: Sequence[Path] = (),
    without: Sequence[Path] = (),
    draws: int = DRAWS,
) -> Evaluation:
    """All figures, with a row for each bundle of `beside`, and those of each left-out-KIND.csv of
    `without`: scores by models that never learnt from the part they scored."""
    made = evaluate_scores(scored, prevalence=prevalence, draws=draws)
    others = [compared(_manifest(path)) for path in beside]
    found = [row for path in without for row in left_out(path, prevalence=prevalence, draws=draws)]
    words = [f" --prevalence {prevalence:g}"]
    words += [f" --beside {path.as_posix()}" for path in beside]
    words += [f" --left-out BUNDLE/{path.name}" for path in without]
    command = "python -m inference_worker.training evaluate --scores BUNDLE/oof.csv --out DIR"
    extra = {
        "beside": [*others, always_normal(prevalence)],
        "left_out": found,
        "command": command + "".join(words),
    }
    return replace(made, metrics=made.metrics | extra)


def complete(folder: Path, scored: Scores, made: Evaluation, without: Sequence[Path] = ()) -> None:
    """Put line, thresholds, figures, pictures, card and the scores themselves (those of
    `without` too) into the bundle in `folder`, so that all of it can be made again from there. The
    weights are not touched."""
    manifest: Manifest = {**_manifest(folder), **made.as_manifest()}  # type: ignore[typeddict-item]
    score_plots.draw(scored, made, folder)
    scores.write(scored, folder / SCORES)
    for path in without:
        if path.parent.resolve() != folder.resolve():
            shutil.copyfile(path, folder / path.name)
    (folder / "MODEL_CARD.md").write_text(card.text(manifest), encoding="utf-8")
    write_manifest(folder, manifest)
    load_bundle(folder)


def summary(made: Evaluation) -> str:
    """The headline and the operating points, for a terminal."""
    metrics, points = made.metrics, made.metrics["operating_points"]
    line = made.calibration
    stated = f"{line.prevalence:g}"
    precision = f"average precision at {100 * line.prevalence:g} %"
    rows = [
        ("AUC", measured(metrics["auc"])),
        (precision, measured(metrics["average_precision"])),
        ("specificity at sensitivity 0.92", measured(metrics["specificity_at_92"])),
        *_folds(metrics),
        ("Brier score", measured(metrics["brier"])),
        ("expected calibration error", f"{metrics['ece']:.4f}"),
        ("slope, intercept", f"{line.slope:.4f}, {line.intercept:.4f}"),
        *(row for name in ("rule_out", "rule_in", "plain") for row in _point(name, points[name])),
        ("inconclusive", percent(points["inconclusive"]["share"][stated])),
    ]
    return "".join(f"{title:<34} {value}\n" for title, value in rows)


def _folds(metrics: dict[str, Any]) -> list[tuple[str, str]]:
    if "folds" not in metrics:
        return []
    return [("AUC of the folds: mean, sd", "{mean}, {sd}".format(**metrics["folds"]["auc"]))]


def _point(name: str, row: dict[str, Any]) -> list[tuple[str, str]]:
    values = [
        ("sensitivity", percent(row["sensitivity"])),
        ("specificity", percent(row["specificity"])),
        *((f"NPV at {100 * float(p):g} %", percent(value)) for p, value in row["npv"].items()),
        *((f"PPV at {100 * float(p):g} %", percent(value)) for p, value in row["ppv"].items()),
    ]
    return [(name, f"{row['threshold']:.4g}"), *((f"  {title}", value) for title, value in values)]


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{folder} is no bundle: it has no readable {MANIFEST}.") from error
    return content
