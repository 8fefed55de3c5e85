"""What a training does, fixed before it begins and recorded in the bundle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from inference_worker.preprocessing import PREPROCESSING_VERSION
from inference_worker.training.augmentation.recipe import Recipe
from inference_worker.training.dataset import DatasetError

FILMS, WINDOWS = "films", "windows"
PLANS = (FILMS, WINDOWS)
"""Whole films with every layer taught, or windows on finer films, most of the time with the lower
layers as they came."""


@dataclass(frozen=True)
class Stage:
    """Some epochs at one input size (pixels), with the rate rising and then falling on a cosine.

    Where a plan has views, `size` is the side of the window that is looked through, and a `whole`
    stage teaches the lower blocks too.
    """

    size: int
    epochs: int
    rate: float
    whole: bool = False

    @property
    def written(self) -> str:
        """As the command line takes it."""
        return f"{self.size}:{self.epochs}:{self.rate:g}{':whole' if self.whole else ''}"


@dataclass(frozen=True)
class Views:
    """Teach through windows on views of `size` pixels that are made once, for all parts of a
    cross-validation.

    `blocks` of the network keep their pretrained weights but in a stage that is `whole`, and views
    hold what those make of the film. `normal` and `fractured` say how many views are made of each
    image, and `beside` how many of a batch's other windows come from fractured films, beside the
    fracture where there is room.
    """

    size: int
    blocks: int
    normal: int
    fractured: int
    beside: int


@dataclass(frozen=True)
class Plan:
    """The fixed schedule of one network: no epoch is chosen by looking at a test."""

    architecture: str
    stages: tuple[Stage, ...]
    steps: int = 89
    """Batches in an epoch."""
    batch: int = 32
    positives: int = 11
    """Fractured images in every batch; the others are normal."""
    ema: float = 0.99
    """Share of the old average kept at each step; the average is what is evaluated."""
    smoothing: float = 0.05
    weight_decay: float = 0.02
    map_weight: float = 0.3
    pooled_weight: float = 0.3
    """What the losses of the map and of its strongest places count beside the answer's."""
    recipe: Recipe = field(default_factory=Recipe)
    views: Views | None = None
    preprocessing: str = PREPROCESSING_VERSION
    seed: int = 7

    @property
    def size(self) -> int:
        """Input size of the finished network."""
        return self.views.size if self.views else self.stages[-1].size

    def blocks_held(self, stage: Stage) -> int:
        """How many of the lower blocks keep the weights they came with."""
        return 0 if self.views is None or stage.whole else self.views.blocks

    @property
    def epochs(self) -> int:
        """Epochs of all stages."""
        return sum(stage.epochs for stage in self.stages)

    def stage_at(self, epoch: int) -> tuple[int, int]:
        """Which stage the epoch (from 0) belongs to, and how many of its epochs went before."""
        for index, stage in enumerate(self.stages):
            if epoch < stage.epochs:
                return index, epoch
            epoch -= stage.epochs
        raise ValueError("the plan is finished before that epoch")

    def as_json(self) -> dict[str, Any]:
        """For the run's folder and the bundle."""
        said = asdict(self)
        # What came later is left out where it is not used: runs that were begun before go on.
        if self.views is None:
            del said["views"]
        for stage in said["stages"]:
            if not stage["whole"]:
                del stage["whole"]
        return json.loads(json.dumps(said))


def hold(folder: Path, record: dict[str, Any]) -> None:
    """Keep in `folder` what is done there; DatasetError when something else was begun in it."""
    path = folder / "plan.json"
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != record:
        raise DatasetError(
            f"{folder} was begun with another plan or other data: name another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")
