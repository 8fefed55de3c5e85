"""Several sources in one training: each weighs the same, and each can be left out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference_worker.training.folds import without_neighbours
from inference_worker.training.sources.copies import join_copies
from inference_worker.training.sources.samples import Dataset, DatasetError, Sample

By = Literal["source", "region", "kind"]
REGIONS = ("hand", "leg", "hip", "shoulder")
KIND = "file "
"""How the tags begin that say through which program a file came."""
FEWEST_OF_A_CLASS = 10
"""A part with fewer normal or fractured images gives no figure worth having."""


@dataclass(frozen=True)
class LeftOut:
    """A part that is tested, and what may be learnt from beside it."""

    name: str
    training: list[Sample]
    tested: list[Sample]


def mixed(datasets: Sequence[Dataset]) -> Dataset:
    """One dataset of several: ids, groups and places begin with the source's name.

    Raises:
        DatasetError: the classes differ.
    """
    if len(datasets) == 1:
        return datasets[0]
    if len({dataset.class_names for dataset in datasets}) != 1:
        described = "; ".join(", ".join(dataset.class_names) for dataset in datasets)
        raise DatasetError(f"Sources of different classes can't be mixed: {described}.")
    names: Counter[str] = Counter()
    samples: list[Sample] = []
    for dataset in datasets:
        name = dataset.samples[0].source
        names[name] += 1
        source = name if names[name] == 1 else f"{name}-{names[name]}"
        samples += [_prefixed(sample, source) for sample in dataset.samples]
    samples.sort(key=lambda sample: sample.id)
    return Dataset(join_copies(samples), datasets[0].class_names)


def balanced_weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Sampling weights (N,), 1 on average, with which each source weighs the same among the normal
    images, and among the others: or the source would tell the label."""
    kinds = [(sample.source, sample.label > 0) for sample in samples]
    counts = Counter(kinds)
    sources = Counter(fractured for _, fractured in counts)
    totals = Counter(fractured for _, fractured in kinds)
    return np.array([totals[kind[1]] / sources[kind[1]] / counts[kind] for kind in kinds])


def leave_one_out(samples: Sequence[Sample], by: By) -> list[LeftOut]:
    """For each source, region or kind of file: it as the test, and the others to learn from.

    An image of two regions is in both tests. Contradictory and too short images, copies of tested
    ones and their direct neighbours by file number are not learnt from; between sources no group is
    shared either. (Within one source whole groups can't be kept apart: regions and kinds alternate
    within FracAtlas's runs, and without the runs that show a leg 59 images would be left.)
    Parts with too few images of either kind are passed over.
    """
    keys_of = _keys(by)
    names = sorted({name for sample in samples for name in keys_of(sample)})
    parts = []
    for name in names:
        tested = [sample for sample in samples if name in keys_of(sample)]
        others = [sample for sample in samples if name not in keys_of(sample)]
        if others and _measurable(tested):
            learnt = without_neighbours(others, tested, margin=1, by_group=by == "source")
            parts.append(LeftOut(name, learnt, tested))
    return parts


def _keys(by: By) -> Callable[[Sample], set[str]]:
    choices: dict[str, Callable[[Sample], set[str]]] = {
        "source": lambda sample: {sample.source},
        "region": lambda sample: {tag for tag in sample.tags if tag in REGIONS},
        "kind": lambda sample: {tag for tag in sample.tags if tag.startswith(KIND)},
    }
    return choices[by]


def _measurable(samples: Sequence[Sample]) -> bool:
    normal = sum(sample.label == 0 for sample in samples)
    return min(normal, len(samples) - normal) >= FEWEST_OF_A_CLASS


def _prefixed(sample: Sample, source: str) -> Sample:
    place = sample.place and (f"{source}:{sample.place[0]}", sample.place[1])
    return replace(
        sample,
        id=f"{source}:{sample.id}",
        group=f"{source}:{sample.group}",
        source=source,
        place=place,
    )
