"""What is in a folder of radiographs, before anything is trained on it: `report.md`, `report.json`
and contact sheets, in a folder that git ignores."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inference_worker.training import folds, scores
from inference_worker.training.dataset import Dataset, DatasetError, fingerprint, mixed, read
from inference_worker.training.survey import choosing, counting, doubles, outlines
from inference_worker.training.survey.glance import Glance, glance
from inference_worker.training.survey.markdown import as_markdown
from inference_worker.training.survey.sheets import Shown, write_sheets


def add_report(command: argparse.ArgumentParser) -> None:
    """Options of `report`."""
    command.add_argument(
        "--data", type=Path, action="append", required=True, help="radiographs; repeatable"
    )
    command.add_argument(
        "--out", type=Path, default=Path("training-runs/data-report"), help="folder for the report"
    )
    command.add_argument("--scores", type=Path, help="oof.csv: show worst misses and false alarms")


def report(options: argparse.Namespace) -> None:
    """Write the report and print it."""
    dataset = mixed([read(root) for root in options.data])
    scored = scores.read(options.scores) if options.scores else None
    logits = dict(zip(scored.ids.tolist(), scored.logits.tolist(), strict=True)) if scored else {}
    if scored and not logits.keys() & {sample.id for sample in dataset.samples}:
        raise DatasetError(f"{options.scores} scores no image of {options.data[0]}.")
    assigned = folds_of(dataset)
    seen = glance(dataset.samples)
    found = describe(dataset, seen, assigned)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / ".gitignore").write_text("*\n", encoding="utf-8")
    found["sheets"] = _sheets(options.out, dataset, seen, logits)
    (options.out / "report.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    text = as_markdown(found)
    (options.out / "report.md").write_text(text, encoding="utf-8")
    sys.stdout.write(f"{text}\nreport: {options.out / 'report.md'}\n")


def folds_of(dataset: Dataset) -> dict[str, int]:
    """The folds that a cross-validation would have, or none where the groups are too few."""
    try:
        return folds.assign(dataset.samples)
    except DatasetError as error:
        sys.stderr.write(f"No folds: {error}\n")
        return {}


def describe(dataset: Dataset, seen: Glance, assigned: Mapping[str, int]) -> dict[str, Any]:
    """All figures, as plain data."""
    samples, classes = dataset.samples, len(dataset.class_names)
    return {
        "class_names": list(dataset.class_names),
        "fingerprint": fingerprint(samples),
        "groups": counting.groups(samples),
        "counts": counting.tables(samples, seen.sizes, assigned, classes),
        "doubles": doubles.summary(doubles.pairs(seen.pictures, samples, assigned)),
        "box_sizes": outlines.box_sizes(samples, seen.sizes),
    }


def _sheets(
    out: Path, dataset: Dataset, seen: Glance, logits: Mapping[str, float]
) -> dict[str, list[str]]:
    samples = dataset.samples
    wanted: dict[str, Sequence[Shown]] = {
        "fractured": choosing.fractured(samples),
        "suspicious-normals": choosing.suspicious_normals(samples, seen.pictures),
        "worst-misses": choosing.worst(samples, logits, misses=True),
        "worst-false-alarms": choosing.worst(samples, logits, misses=False),
    }
    return {name: write_sheets(out, name, shown) for name, shown in wanted.items() if shown}
