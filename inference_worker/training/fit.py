"""The training loop: Adam and binary cross-entropy, a checkpoint after every epoch, resumable."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score
from tqdm import tqdm

from inference_worker.training.architectures import build
from inference_worker.training.batches import Batches, logits
from inference_worker.training.metrics import weights_for

BATCH = 32
LEARNING_RATE = 3e-4
SIZE, CHANNELS = 224, 3


@dataclass(frozen=True)
class Fold:
    """Squares (N, size, size) with their labels (N,), 0 or 1."""

    grey: NDArray[np.uint8]
    labels: NDArray[np.float32]


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]
    """After every epoch: look at the tune fold, keep the weights if they are the best yet, and a
    point to resume from."""

    def __init__(self, run: Path, tune: Fold, *, channels: int, prevalence: float) -> None:
        super().__init__()
        self.run, self.tune, self.channels = run, tune, channels
        self.weights = weights_for(tune.labels, prevalence=prevalence)
        self.history = read_history(run)
        self.started = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        scores = logits(self.model, self.tune.grey, channels=self.channels)
        probabilities = 1 / (1 + np.exp(-scores))
        row = {
            "epoch": epoch + 1,
            "loss": float((logs or {})["loss"]),
            "tune_loss": float(
                log_loss(self.tune.labels, probabilities, sample_weight=self.weights, labels=[0, 1])
            ),
            "tune_auc": float(roc_auc_score(self.tune.labels, scores)),
            "seconds": time.monotonic() - self.started,
        }
        best = max((old["tune_auc"] for old in self.history), default=-1.0)
        self.history.append(row)
        if row["tune_auc"] > best:
            self.model.save_weights(self.run / "best.weights.h5")
        # The state is written last and at once: a run killed before that repeats the epoch.
        self.model.save(self.run / "new.keras")
        (self.run / "new.keras").replace(self.run / "last.keras")
        _write(self.run / "history.json", self.history)
        tqdm.write(
            f" epoch {row['epoch']}: loss {row['loss']:.4f}, tune loss {row['tune_loss']:.4f}, "
            f"tune AUC {row['tune_auc']:.4f}, {row['seconds']:.0f} s"
        )


def read_history(run: Path) -> list[dict[str, Any]]:
    """One row per finished epoch; empty before the first."""
    path = run / "history.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def fit(
    architecture: str,
    train: Fold,
    tune: Fold,
    *,
    run: Path,
    epochs: int,
    seed: int,
    prevalence: float,
) -> keras.Model:
    """Train, or go on with, the run in the folder `run`; the model comes back with its best epoch's
    weights."""
    keras.utils.set_random_seed(seed)
    keeper = Keeper(run, tune, channels=CHANNELS, prevalence=prevalence)
    done = len(keeper.history)
    batches = Batches(
        train.grey,
        train.labels,
        weights_for(train.labels, prevalence=prevalence),
        channels=CHANNELS,
        batch=BATCH,
        seed=seed,
        epoch=done,
    )
    model = keras.saving.load_model(run / "last.keras") if done else _single(architecture)
    if not done:
        rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * len(batches))
        model.compile(
            keras.optimizers.Adam(rate), keras.losses.BinaryCrossentropy(from_logits=True)
        )
    if done < epochs:
        model.fit(
            batches,
            epochs=epochs,
            initial_epoch=done,
            verbose=1 if sys.stdout.isatty() else 0,
            shuffle=False,
            callbacks=[keeper],
        )
    model.load_weights(run / "best.weights.h5")
    return model


def _single(architecture: str) -> keras.Model:
    """With the logit as its one output, as an array."""
    model = build(architecture, size=SIZE, classes=2, pretrained=False)
    return keras.Model(model.input, model.output["logit"], name=model.name)


def _write(path: Path, content: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, indent=1), encoding="utf-8")
    fresh.replace(path)
