"""Where the batches of a stage come from, by the kind of plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import keras

from inference_worker.training.architectures import ARCHITECTURES
from inference_worker.training.dataset import Dataset, DatasetError, Sample, balanced_weights
from inference_worker.training.learning import pictures, views
from inference_worker.training.learning.batches import Batches
from inference_worker.training.learning.parts import Part, usable
from inference_worker.training.learning.plan import FILMS, Plan, Stage, Views
from inference_worker.training.learning.views import Store
from inference_worker.training.learning.windows import Windows
from inference_worker.training.networks.fracture_head import MAP

Lessons = Callable[[keras.Model, Stage, int], keras.utils.PyDataset]
"""What is taught, the stage, and the epoch (from 0, over all stages) to begin with -> batches."""


def films(plan: Plan, part: Part, kept: Path, *, workers: int = 1) -> Lessons:
    """The part's training pictures, whole or close up, made anew each time by so many threads."""
    weights = balanced_weights(part.training)

    def lessons(model: keras.Model, stage: Stage, epoch: int) -> Batches:
        return Batches(
            pictures.load(part.training, size=stage.size, version=plan.preprocessing, cache=kept),
            weights,
            plan,
            channels=ARCHITECTURES[plan.architecture].channels,
            grid=int(model.output[MAP].shape[1]) if MAP in model.output else 1,
            outputs=list(model.output),
            epoch=epoch,
            workers=workers,
        )

    return lessons


def windows(plan: Plan, part: Part, views_: Views, store: Callable[[int], Store]) -> Lessons:
    """Windows on the part's views, as `store` has them behind the blocks held."""
    weights = balanced_weights(part.training)

    def lessons(model: keras.Model, stage: Stage, epoch: int) -> Windows:
        return Windows(
            store(plan.blocks_held(stage)),
            part.training,
            weights,
            plan,
            views_,
            size=stage.size,
            outputs=list(model.output),
            epoch=epoch,
        )

    return lessons


def teacher(
    plan: Plan, dataset: Dataset, folder: Path, *, backwards: bool = False, workers: int = 1
) -> Callable[[Plan, Part], Lessons]:
    """(the plan with a part's own seed, the part) -> its lessons. What all parts share is made
    from the plan's own seed, once something is taught, and lies beside `folder`.

    Raises:
        DatasetError: the plan needs outlines of fractures that the data does not have.
    """
    views_, samples = plan.views, usable(dataset.samples)
    if views_ is None:
        return lambda own, part: films(own, part, folder.parent / "pictures", workers=workers)
    _check_outlines(samples)

    @cache
    def store(blocks: int) -> Store:
        kept = replace(views_, blocks=blocks)
        return views.store(plan, kept, samples, folder.parent / "views", backwards=backwards)

    return lambda own, part: windows(own, part, views_, store)


def _check_outlines(samples: Sequence[Sample]) -> None:
    without = [sample.id for sample in samples if sample.label and not sample.fractures]
    if without:
        raise DatasetError(
            f"{len(without)} fractured images, {without[0]} among them, have no outlined fracture, "
            f"which windows need: add the outlines, or choose --plan {FILMS}."
        )
