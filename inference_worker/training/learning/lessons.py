"""Where the batches of a stage come from, by the kind of plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras

from inference_worker.training.architectures import ARCHITECTURES
from inference_worker.training.dataset import Dataset, balanced_weights
from inference_worker.training.learning import pictures, views
from inference_worker.training.learning.batches import Batches
from inference_worker.training.learning.parts import Part, usable
from inference_worker.training.learning.plan import Plan, Stage
from inference_worker.training.learning.windows import Windows
from inference_worker.training.networks.fracture_head import MAP

Lessons = Callable[[keras.Model, Stage, int], keras.utils.PyDataset]
"""What is taught, the stage, and the epoch (from 0, over all stages) to begin with -> batches."""


def films(plan: Plan, part: Part, cache: Path) -> Lessons:
    """The part's training pictures, whole or close up, made anew each time."""
    weights = balanced_weights(part.training)

    def lessons(model: keras.Model, stage: Stage, epoch: int) -> Batches:
        return Batches(
            pictures.load(part.training, size=stage.size, version=plan.preprocessing, cache=cache),
            weights,
            plan,
            channels=ARCHITECTURES[plan.architecture].channels,
            grid=int(model.output[MAP].shape[1]) if MAP in model.output else 1,
            outputs=list(model.output),
            epoch=epoch,
        )

    return lessons


def windows(plan: Plan, part: Part, store: views.Store) -> Lessons:
    """Windows on the part's views."""
    weights = balanced_weights(part.training)

    def lessons(model: keras.Model, stage: Stage, epoch: int) -> Windows:
        return Windows(
            store,
            part.training,
            weights,
            plan,
            size=stage.size,
            outputs=list(model.output),
            epoch=epoch,
        )

    return lessons


def teacher(
    plan: Plan, dataset: Dataset, folder: Path, *, backwards: bool = False
) -> Callable[[Plan, Part], Lessons]:
    """(the plan with a part's own seed, the part) -> its lessons. What all parts share is made
    first, from the plan's own seed, and lies beside `folder`."""
    if plan.views is None:
        return lambda own, part: films(own, part, folder.parent / "pictures")
    made = views.store(plan, usable(dataset.samples), folder.parent / "views", backwards=backwards)
    return lambda own, part: windows(own, part, made)
