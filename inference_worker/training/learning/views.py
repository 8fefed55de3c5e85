"""Views of every training image, made once and shared by all parts.

While the lower blocks of a network keep their pretrained weights, what they make of a view depends
on no label and no fold: it is kept instead of the view itself. All lies in chunks on disk, each a
file that appears when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.training.architectures import ARCHITECTURES, build
from inference_worker.training.augmentation.picture import Example, augmented
from inference_worker.training.dataset import DatasetError, Sample
from inference_worker.training.learning import pictures
from inference_worker.training.learning.plan import Plan, Views
from inference_worker.training.networks.cut import lower_part
from inference_worker.training.networks.fracture_head import FINE

CHUNK = 32
"""Samples in a file."""
AT_ONCE = 8

Lower = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Views (N, size, size, C) -> what is kept of them."""


@dataclass(frozen=True)
class View:
    """What one view of a sample gave: `features` (F, F, C) of 16-bit floats, or the view itself
    where no block is held, its label after the change, and the share of fracture in each cell
    (g, g), UNKNOWN below 0."""

    features: NDArray[np.float16]
    label: int
    cells: NDArray[np.float16]


class Store:
    """The views of samples, read from their files where they lie."""

    def __init__(self, chunks: Sequence[Path], samples: Sequence[Sample], views: Views) -> None:
        self._features = [np.load(_file(chunk, "features"), mmap_mode="r") for chunk in chunks]
        self._cells = [np.load(_file(chunk, "cells")) for chunk in chunks]
        self._labels = [np.load(_file(chunk, "labels")) for chunk in chunks]
        self._rows: dict[str, tuple[int, int, int]] = {}
        for number, part in enumerate(_chunked(samples)):
            first = 0
            for sample in part:
                count = count_of(sample, views)
                self._rows[sample.id] = (number, first, count)
                first += count
            if len(self._labels[number]) != first or len(self._features[number]) != first:
                raise DatasetError(
                    f"{chunks[number].parent} is damaged: delete the folder, it is made again."
                )

    def any(self, sample: Sample, rng: np.random.Generator) -> View:
        """One view of the sample, by chance."""
        chunk, first, count = self._rows[sample.id]
        row = first + int(rng.integers(count))
        return View(
            self._features[chunk][row], int(self._labels[chunk][row]), self._cells[chunk][row]
        )


def count_of(sample: Sample, views: Views) -> int:
    """How many views are made of a sample."""
    return views.fractured if sample.label else views.normal


def store(
    plan: Plan, views: Views, samples: Sequence[Sample], cache: Path, *, backwards: bool = False
) -> Store:
    """The views of all `samples`, made where they are missing. Two processes share the work when
    one goes `backwards`: what the other has made is not made again."""
    folder = cache / f"views-{_key(plan, views, samples)}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = list(enumerate(_chunked(samples)))
    chunks = [folder / f"{number:04d}" for number, _ in parts]
    if not all(_file(chunk, "features").is_file() for chunk in chunks):
        lower = _lower(plan.architecture, views)
        order = parts[::-1] if backwards else parts
        for number, part in tqdm(order, desc="views", unit="chunk", mininterval=10):
            if not _file(chunks[number], "features").is_file():
                examples = [
                    example
                    for index, sample in enumerate(part, start=number * CHUNK)
                    for example in _examples(plan, views, sample, index)
                ]
                _make(chunks[number], plan, examples, lower)
    return Store(chunks, samples, views)


def _lower(architecture: str, views: Views) -> Lower:
    if not views.blocks:
        return lambda x: x
    network = build(architecture, size=views.size, classes=2, pretrained=True)
    return lower_part(network, views.blocks).predict_on_batch


def _make(chunk: Path, plan: Plan, examples: Sequence[Example], lower: Lower) -> None:
    channels = ARCHITECTURES[plan.architecture].channels
    features = []
    for start in range(0, len(examples), AT_ONCE):
        grey = np.stack([example.grey for example in examples[start : start + AT_ONCE]])
        grey = np.pad(grey, [(0, AT_ONCE - len(grey)), (0, 0), (0, 0)])
        x = np.repeat(grey[..., np.newaxis], channels, axis=-1)
        features.append(np.asarray(lower(x), dtype=np.float16))
    _write(_file(chunk, "labels"), np.array([example.label for example in examples]))
    _write(_file(chunk, "cells"), np.stack([e.cells for e in examples]).astype(np.float16))
    # Last, for it says that the chunk is whole.
    _write(_file(chunk, "features"), np.concatenate(features)[: len(examples)])


def _examples(plan: Plan, views: Views, sample: Sample, index: int) -> list[Example]:
    picture = pictures.picture(sample, size=views.size, version=plan.preprocessing)
    return [
        augmented(
            picture,
            np.random.default_rng((plan.seed, index, view)),
            recipe=plan.recipe,
            version=plan.preprocessing,
            grid=views.size // FINE,
        )
        for view in range(count_of(sample, views))
    ]


def _write(path: Path, values: NDArray[np.generic]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}.new.npy")
    np.save(fresh, values)
    fresh.replace(path)


def _file(chunk: Path, what: str) -> Path:
    return chunk.with_name(f"{chunk.name}-{what}.npy")


def _chunked(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    return [samples[first : first + CHUNK] for first in range(0, len(samples), CHUNK)]


def _key(plan: Plan, views: Views, samples: Sequence[Sample]) -> str:
    """Names the folder after all that decides what lies in it."""
    made = [plan.architecture, asdict(views), asdict(plan.recipe), plan.preprocessing]
    of = [(sample.id, sample.sha256, sample.label, sample.fractures) for sample in samples]
    held = json.dumps([*made, plan.seed, CHUNK, of])
    return hashlib.sha256(held.encode()).hexdigest()[:16]
