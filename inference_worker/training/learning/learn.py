"""One network, taught on one set of pictures by a plan; every epoch is a point to go on from."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.training.architectures import build
from inference_worker.training.augmentation.picture import Picture, plain
from inference_worker.training.learning import state
from inference_worker.training.learning.lessons import Lessons
from inference_worker.training.learning.losses import losses
from inference_worker.training.learning.plan import Plan, Stage
from inference_worker.training.networks.cut import upper_part
from inference_worker.training.networks.fracture_head import MAP

CLIP = 2.0
"""Largest norm of a step's gradient."""
WARM_UP = 1 / 12
"""Share of a stage in which the rate rises."""
POINT, FINISHED, HISTORY = "point.npz", "weights.npz", "history.json"


def learn(plan: Plan, lessons: Lessons, *, classes: int, folder: Path, title: str) -> Path:
    """Teach, or go on teaching, the network in `folder`; the file of its averaged weights."""
    finished = folder / FINISHED
    if finished.is_file():
        return finished
    folder.mkdir(parents=True, exist_ok=True)
    done = state.epoch_of(folder / POINT)
    with tqdm(
        total=plan.epochs * plan.steps,
        initial=done * plan.steps,
        desc=title,
        unit="batch",
        mininterval=10,
        file=sys.stderr,
    ) as bar:
        while done < plan.epochs:
            index, gone = plan.stage_at(done)
            model = _model(plan, index, gone, classes=classes, folder=folder)
            _run_stage(model, plan, index, gone, lessons, Keeper(folder, bar, index, done - gone))
            done += plan.stages[index].epochs - gone
    (folder / stage_file(len(plan.stages) - 1)).rename(finished)
    (folder / POINT).unlink()
    return finished


def stage_file(index: int) -> str:
    """Where the averaged weights at the end of a stage are kept."""
    return f"stage-{index}.npz"


def _model(plan: Plan, index: int, gone: int, *, classes: int, folder: Path) -> keras.Model:
    """The network of a stage: as it was left, or from the stage before, or from the beginning."""
    stage = plan.stages[index]
    # Of each stage, so that one begun after a stop draws what it would have drawn.
    keras.utils.set_random_seed(plan.seed)
    # Where blocks were held, the stage before kept no weights of theirs.
    pretrained = index == 0 or plan.views is not None
    network = build(plan.architecture, size=stage.size, classes=classes, pretrained=pretrained)
    if index:
        before = taught_part(plan, plan.stages[index - 1], network)
        state.read_weights(folder / stage_file(index - 1), before)
    model = taught_part(plan, stage, network)
    targets, counts = losses(plan, list(model.output))
    model.compile(_optimizer(plan, stage), loss=targets, loss_weights=counts, jit_compile="auto")
    if gone:
        state.restore(folder / POINT, model, optimizer=True)
    return model


def taught_part(plan: Plan, stage: Stage, network: keras.Model) -> keras.Model:
    """What of a network is taught in a stage: all of it, or what lies above the blocks held."""
    held = plan.blocks_held(stage)
    return upper_part(network, held) if held else network


def _optimizer(plan: Plan, stage: Stage) -> keras.optimizers.Optimizer:
    steps = stage.epochs * plan.steps
    rising = max(1, round(steps * WARM_UP))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - rising), warmup_target=stage.rate, warmup_steps=rising, alpha=0.01
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=plan.weight_decay,
        clipnorm=CLIP,
        use_ema=True,
        ema_momentum=plan.ema,
    )
    optimizer.exclude_from_weight_decay(var_names=["scale", "shift", "bias"])
    return optimizer


def _run_stage(
    model: keras.Model, plan: Plan, index: int, gone: int, lessons: Lessons, keeper: Keeper
) -> None:
    stage = plan.stages[index]
    keeper.last = keeper.first + stage.epochs
    model.fit(
        lessons(model, stage, keeper.first + gone),
        epochs=keeper.last,
        initial_epoch=keeper.first + gone,
        verbose=0,
        shuffle=False,
        callbacks=[keeper],
    )


class Keeper(keras.callbacks.Callback):  # type: ignore[misc]
    """Moves the bar, and after every epoch keeps a point to go on from and a line of history.

    `first` is the number of epochs before the stage, `last` that at its end.
    """

    def __init__(self, folder: Path, bar: Any, index: int, first: int) -> None:
        super().__init__()
        self.folder, self.bar, self.index = folder, bar, index
        self.first = self.last = first
        self.started = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.started = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if epoch + 1 == self.last:
            # Before the point: one that says the stage is over must find its weights.
            state.write_weights(self.folder / stage_file(self.index), self.model)
        state.save(self.folder / POINT, self.model, epoch=epoch + 1)
        row = {"epoch": epoch + 1, "seconds": round(time.monotonic() - self.started, 1)}
        row |= {name: round(float(value), 4) for name, value in (logs or {}).items()}
        history = [old for old in read_history(self.folder) if old["epoch"] <= epoch]
        text = json.dumps([*history, row], indent=1)
        (self.folder / HISTORY).write_text(text, encoding="utf-8")
        self.bar.set_postfix(epoch=epoch + 1, loss=row["loss"])


def read_history(folder: Path) -> list[dict[str, Any]]:
    """One row for each finished epoch."""
    path = folder / HISTORY
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


def finished_model(plan: Plan, weights: Path, *, classes: int) -> keras.Model:
    """The taught network at the plan's size."""
    # What was not taught has its pretrained weights.
    pretrained = plan.views is not None
    model = build(plan.architecture, size=plan.size, classes=classes, pretrained=pretrained)
    state.read_weights(weights, taught_part(plan, plan.stages[-1], model))
    return model


def predict(
    model: keras.Model, pictures: Sequence[Picture], *, version: str, title: str, batch: int = 32
) -> dict[str, NDArray[np.float32]]:
    """The network's outputs for every picture, unchanged: name -> (N, ...), maps left out."""
    channels = int(model.input.shape[-1])
    parts: list[dict[str, Any]] = []
    for first in tqdm(range(0, len(pictures), batch), desc=title, unit="batch", mininterval=10):
        rows = [plain(picture, version=version) for picture in pictures[first : first + batch]]
        x = np.repeat(np.stack(rows)[..., np.newaxis], channels, axis=-1)
        said = model.predict_on_batch(x)
        parts.append({name: np.asarray(value) for name, value in said.items() if name != MAP})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
