"""From a finished cross-validation to a bundle: the same plan taught everything there is, and the
figures of the scores that the cross-validation left."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from inference_worker.bundle import Manifest
from inference_worker.manifest import ABSOLUTE, FEATURES, FORMAT, MARK, OUTPUTS, RELATIVE
from inference_worker.training import folds, score_report, scores
from inference_worker.training.architectures import ARCHITECTURES
from inference_worker.training.dataset import Dataset, DatasetError, fingerprint
from inference_worker.training.export import write_weights
from inference_worker.training.forward import serving_model
from inference_worker.training.learning.crossval import record
from inference_worker.training.learning.learn import finished_model, learn, read_history
from inference_worker.training.learning.lessons import teacher
from inference_worker.training.learning.parts import FOLDS_FILE, Part, usable
from inference_worker.training.learning.plan import WINDOWS, Plan, hold
from inference_worker.training.learning.plans import recipe_name
from inference_worker.training.manifest_file import write_manifest

EVERYTHING = "everything"
FAINT, FULL = 0.15, 0.6
"""Below the first the map is left without colour, as most cells of a normal film lie there; above
the second, which few cells of a fractured one reach, it is as strong as it gets."""


@dataclass(frozen=True)
class Shipping:
    """Where the bundle goes, what it is called, and what its card compares it with."""

    out: Path
    name: str
    version: str
    prevalence: float
    beside: Sequence[Path]
    left_out: Sequence[Path]
    data_name: str
    data_licence: str
    notes: Sequence[str] = ()
    demonstration: bool = False


def ship(
    plan: Plan, dataset: Dataset, shipping: Shipping, *, folder: Path, workers: int = 1
) -> Path:
    """Teach the network everything, write its bundle and measure it by the scores in `folder`.

    Raises:
        DatasetError: the cross-validation in `folder` is not finished.
    """
    pooled = folder / "oof.csv"
    if not pooled.is_file():
        raise DatasetError(f"{folder} has no oof.csv: let `crossval` finish there first.")
    # The figures of another plan or of other data must not be put on this model's card.
    hold(folder, record(plan, dataset, by="fold"))
    part = Part(EVERYTHING, len(dataset.samples), usable(dataset.samples), [])
    classes = len(dataset.class_names)
    weights = learn(
        plan,
        teacher(plan, dataset, folder, workers=workers)(plan, part),
        classes=classes,
        folder=folder / EVERYTHING,
        title=EVERYTHING,
    )
    bundle = shipping.out / f"{shipping.name}-{shipping.version}"
    model = finished_model(plan, weights, classes=classes)
    serving = serving_model(model)
    write_weights(serving, bundle)
    manifest = _manifest(plan, dataset, shipping, folder, outputs=list(serving.output))
    manifest["training"]["parameters"] = int(model.count_params())
    scored = scores.read(pooled)
    made = score_report.evaluated(
        scored, prevalence=shipping.prevalence, beside=shipping.beside, without=shipping.left_out
    )
    write_manifest(bundle, manifest)
    score_report.complete(bundle, scored, made, shipping.left_out)
    return bundle


def _manifest(
    plan: Plan, dataset: Dataset, shipping: Shipping, folder: Path, *, outputs: Sequence[str]
) -> Manifest:
    trained = FEATURES in outputs
    channels = ARCHITECTURES[plan.architecture].channels
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": shipping.name,
        "version": shipping.version,
        "architecture": plan.architecture,
        "demonstration": shipping.demonstration,
        "input": {"size": plan.size, "channels": channels, "mode": "letterbox, 0..1"},
        "preprocessing_version": plan.preprocessing,
        "outputs": [*OUTPUTS, FEATURES] if trained else list(OUTPUTS),
        "map": {"kind": ABSOLUTE, "faint": FAINT, "full": FULL, "mark": MARK}
        if trained
        else {"kind": RELATIVE},
        **_classes(dataset),
        "training_data": {
            "name": shipping.data_name,
            "licence": shipping.data_licence,
            "fingerprint": fingerprint(dataset.samples),
            "folds_sha256": folds.digest(folder / FOLDS_FILE),
            "images": len(usable(dataset.samples)),
        },
        "training": _training(plan, shipping, folder, mapped=trained),
        "notes": list(shipping.notes),
        "licence": {"weights": "Apache-2.0", "data": shipping.data_licence},
    }
    return manifest  # type: ignore[return-value]


def _classes(dataset: Dataset) -> dict[str, Any]:
    if len(dataset.class_names) == 2:
        return {"class_names": ["fracture"]}
    return {"class_names": list(dataset.class_names), "normal_class": dataset.class_names[0]}


def _training(plan: Plan, shipping: Shipping, folder: Path, *, mapped: bool) -> dict[str, Any]:
    seconds = sum(row["seconds"] for part in folder.iterdir() for row in read_history(part))
    stages = " ".join(f"--stage {stage.written}" for stage in plan.stages)
    kind = f" --plan {WINDOWS}" if plan.views else ""
    recipe = f" --recipe {name}" if (name := recipe_name(plan)) else ""
    command = (
        f"--architecture {plan.architecture}{kind} --data DIR {stages}{recipe} --seed {plan.seed}"
    )
    bundle = (
        f"--out DIR --name {shipping.name} --bundle-version {shipping.version} "
        f"--prevalence {shipping.prevalence:g}"
        f"{' --demonstration' if shipping.demonstration else ''}"
    )
    return {
        "command": f"python -m inference_worker.training crossval {command} && "
        f"python -m inference_worker.training train {command} {bundle}",
        "description": _described(plan, mapped=mapped),
        "plan": plan.as_json(),
        "seed": plan.seed,
        "seconds": round(seconds),
        "date": datetime.fromtimestamp(time.time(), UTC).date().isoformat(),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{len(keras.distribution.list_devices('gpu'))} GPUs, Keras on {keras.backend.backend()}",
        "versions": {name: version(name) for name in ("keras", "numpy", "scikit-learn")},
    }


def _described(plan: Plan, *, mapped: bool) -> str:
    stages = ", then ".join(
        f"{stage.epochs} epochs at {stage.size} px (peak rate {stage.rate:g}"
        f"{', every block' if stage.whole else ''})"
        for stage in plan.stages
    )
    return (
        f"AdamW on a cosine, {stages}; {plan.steps} batches of {plan.batch} an epoch, "
        f"{plan.positives} of each fractured; the moving average of the weights "
        f"({plan.ema:g} a step) is the model. "
        f"{'The map is taught by the outlined fractures. ' if mapped else ''}"
        f"{_seen(plan)}Images were turned, zoomed{' and' if not plan.recipe.marks else ','} put "
        f"under other exposures{' and given other marks' if plan.recipe.marks else ''}, at random."
    )


def _seen(plan: Plan) -> str:
    if plan.views is None:
        return ""
    until = " until the stage for every block" if any(s.whole for s in plan.stages) else ""
    return (
        f"It was taught through windows of those sizes on films of {plan.views.size} px, on "
        "fractures, beside them and on normal films; the lowest "
        f"{plan.views.blocks} blocks kept their pretrained weights{until}. "
    )
