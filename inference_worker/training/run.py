"""One training run from a folder of radiographs to a measured bundle."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Calibration as Calibrated
from inference_worker.bundle import Manifest, Thresholds, load_bundle
from inference_worker.classifier import load_classifier
from inference_worker.manifest import FORMAT, OUTPUTS
from inference_worker.training import calibrate, card, evaluate, plots
from inference_worker.training.batches import logits, squares
from inference_worker.training.dataset import DatasetError, Sample, fingerprint, read_folder
from inference_worker.training.export import write_manifest, write_weights
from inference_worker.training.fit import (
    BATCH,
    CHANNELS,
    LEARNING_RATE,
    SIZE,
    Fold,
    fit,
    read_history,
)
from inference_worker.training.forward import round_weights, serving_model
from inference_worker.training.metrics import weights_for
from inference_worker.training.split import Split, split


@dataclass(frozen=True)
class Options:
    """What a run is asked to do; all of it is recorded in the run's folder and in the bundle."""

    architecture: str
    data: Path
    out: Path
    run: Path
    name: str
    version: str
    epochs: int = 15
    seed: int = 7
    prevalence: float = 0.5
    resume: bool = False
    data_name: str = ""
    data_licence: str = ""
    notes: tuple[str, ...] = ()


def train(options: Options) -> Path:
    """Train, calibrate, measure and export; the folder of the new bundle. DatasetError when the
    data does not allow it."""
    started = time.monotonic()
    samples = read_folder(options.data)
    parts = split(samples, seed=options.seed)
    _record(options, samples)
    grey = squares(samples, size=SIZE, cache=options.run / "squares.npz")
    place = {sample.id: row for row, sample in enumerate(samples)}
    tune = _fold(parts.tune, grey, place)
    trained = fit(
        options.architecture,
        _fold(parts.train, grey, place),
        tune,
        run=options.run,
        epochs=options.epochs,
        seed=options.seed,
        prevalence=options.prevalence,
    )
    model = serving_model(keras.Model(trained.input, {"logit": trained.output}, name=trained.name))
    round_weights(model)
    calibration, thresholds = _calibrated(trained, tune, options.prevalence)
    folder = options.out / f"{options.name}-{options.version}"
    write_weights(model, folder)
    manifest = _manifest(options, parts, calibration, thresholds)
    manifest["training"]["parameters"] = int(trained.count_params())
    manifest["training"]["seconds"] = round(_seconds(options.run, started))
    _measure(folder, manifest, parts, options)
    return folder


def _record(options: Options, samples: Sequence[Sample]) -> None:
    """Keep what the run is, and refuse to go on with another one in its folder."""
    path = options.run / "config.json"
    config = {
        "architecture": options.architecture,
        "epochs": options.epochs,
        "seed": options.seed,
        "prevalence": options.prevalence,
        "fingerprint": fingerprint(samples),
    }
    if path.is_file():
        if not options.resume:
            raise DatasetError(f"{options.run} holds a run: give --resume or another --run.")
        if json.loads(path.read_text(encoding="utf-8")) != config:
            raise DatasetError(f"{options.run} was started with other options or other data.")
    options.run.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config, indent=1), encoding="utf-8")


def _fold(samples: Sequence[Sample], grey: NDArray[np.uint8], place: dict[str, int]) -> Fold:
    rows = [place[sample.id] for sample in samples]
    return Fold(grey[rows], np.array([sample.label for sample in samples], dtype=np.float32))


def _calibrated(model: keras.Model, tune: Fold, prevalence: float) -> tuple[Calibrated, Thresholds]:
    scores = logits(model, tune.grey, channels=CHANNELS)
    weights = weights_for(tune.labels, prevalence=prevalence)
    line = calibrate.calibrate(scores, tune.labels, weights, prevalence=prevalence)
    return line, calibrate.operating_points(calibrate.apply(line, scores), tune.labels)


def _manifest(options: Options, parts: Split, line: Calibrated, thresholds: Thresholds) -> Manifest:
    history = read_history(options.run)
    best = max(history, key=lambda row: float(row["tune_auc"]))
    return {
        "format": FORMAT,
        "name": options.name,
        "version": options.version,
        "architecture": options.architecture,
        "demonstration": True,
        "input": {"size": SIZE, "channels": CHANNELS, "mode": "letterbox, 0..1"},
        "preprocessing_version": "1",
        "outputs": list(OUTPUTS),
        "class_names": ["fracture"],
        "calibration": asdict(line),
        "thresholds": asdict(thresholds),
        "training_data": {
            "name": options.data_name,
            "licence": options.data_licence,
            "fingerprint": fingerprint(parts.train + parts.tune + parts.held_out),
            **{part: _described(getattr(parts, part)) for part in ("train", "tune", "held_out")},
            "left_out": len(parts.left_out),
        },
        "training": {
            "command": "python -m inference_worker.training train-baseline "
            f"--architecture {options.architecture} --data DIR --out DIR "
            f"--epochs {options.epochs} --seed {options.seed}",
            "seed": options.seed,
            "epochs": len(history),
            "kept_epoch": best["epoch"],
            "batch": BATCH,
            "learning_rate": LEARNING_RATE,
            "loss": "binary cross-entropy, classes weighted to the stated prevalence",
            "date": datetime.now(UTC).date().isoformat(),
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores, "
            f"{len(keras.distribution.list_devices('gpu'))} GPUs",
            "versions": {
                name: version(name) for name in ("keras", "tensorflow", "numpy", "scikit-learn")
            },
        },
        "metrics": {},
        "notes": list(options.notes),
        "licence": {"weights": "Apache-2.0", "data": options.data_licence},
    }


def _described(samples: Sequence[Sample]) -> dict[str, Any]:
    return {
        "images": len(samples),
        "fractured": sum(sample.label for sample in samples),
        "groups": len({sample.group for sample in samples}),
    }


def _seconds(run: Path, started: float) -> float:
    """Time of all epochs, those before an interruption too."""
    return max(sum(row["seconds"] for row in read_history(run)), time.monotonic() - started)


def _measure(folder: Path, manifest: Manifest, parts: Split, options: Options) -> None:
    """Measure the written files themselves on the held-out part, then complete manifest and
    card."""
    write_manifest(folder, manifest)
    bundle = load_bundle(folder)
    scored = evaluate.score(load_classifier(bundle), parts.held_out)
    manifest["metrics"] = evaluate.figures(scored, bundle, parts.held_out, options.data)
    plots.learning_curves(
        read_history(options.run),
        manifest["training"]["kept_epoch"],
        folder / "learning_curves.png",
    )
    plots.held_out(scored, folder / "held_out.png", prevalence=options.prevalence)
    (folder / "MODEL_CARD.md").write_text(card.text(manifest), encoding="utf-8")
    write_manifest(folder, manifest)
    load_bundle(folder)
