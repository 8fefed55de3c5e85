"""Any folder with one folder per class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from inference_worker.training.sources.copies import join_copies
from inference_worker.training.sources.files import images_under, look
from inference_worker.training.sources.samples import (
    NO_FRACTURE,
    TWO_CLASSES,
    Dataset,
    DatasetError,
    Sample,
    number_in,
)

NORMAL = {
    "healthy",
    "intact",
    "negative",
    "no_fracture",
    "no_fractures",
    "nofracture",
    "non_fracture",
    "non_fractured",
    "nonfractured",
    "normal",
    "not_broken",
    "not_fractured",
    "unfractured",
}
FRACTURED = {"broken", "fracture", "fractured", "fractures", "positive"}
NO_CLASS = {"annotations", "excluded", "labels", "masks", "other", "unlabelled", "unsorted"}
PARTS = {"test", "testing", "train", "training", "val", "valid", "validation"}
"""Somebody else's division; ours is by group."""
RUN_LENGTH = 25
"""Neighbouring file numbers that count as one group where nothing better is known: they are often
one examination."""


def read_class_folders(root: Path) -> Dataset:
    """Every labelled image under `root`, sorted by id; the folder is the label.

    The folder that means normal is class 0. Two classes are called as FracAtlas's; more keep their
    folders' names. A folder below a class folder is a patient or an examination.

    Raises:
        DatasetError: no folder means normal, or none means anything else.
    """
    folders = list(_class_folders(root))
    names = class_names({_word(folder.name) for folder in folders}, root)
    found = [(folder, path) for folder in folders for path in images_under(folder)]
    samples = [
        _sample(root, folder, path, names)
        for folder, path in tqdm(found, desc="reading", unit="file", mininterval=1, disable=None)
    ]
    if len({sample.label for sample in samples}) < len(names):
        raise DatasetError(
            f"{root} has no images of both classes: "
            "expected folders like Fractured/ and Non_fractured/."
        )
    return Dataset(sorted(join_copies(samples), key=lambda sample: sample.id), names)


def class_names(words: set[str], root: Path) -> tuple[str, ...]:
    """Names by label for the (normalised) names of class folders."""
    if not words & NORMAL or not words - NORMAL:
        raise DatasetError(
            f"{root} has no folders that are classes, one of them normal: "
            "expected folders like Fractured/ and Non_fractured/."
        )
    others = {"fracture" if word in FRACTURED else word for word in words - NORMAL}
    return TWO_CLASSES if len(others) == 1 else (NO_FRACTURE, *sorted(others))


def group_of(path: Path, folder: Path) -> str:
    """The folder below the class folder (it may lie in both classes), or the run of file
    numbers."""
    if path.parent != folder:
        return f"folder {path.parent.relative_to(folder).as_posix()}"
    number = number_in(path.stem)
    return f"file {path.stem}" if number is None else f"run {number // RUN_LENGTH}"


def _class_folders(root: Path) -> Iterator[Path]:
    folders = sorted(folder for folder in root.iterdir() if folder.is_dir())
    for folder in folders:
        word = _word(folder.name)
        if word in PARTS and all(_word(other.name) in PARTS | NO_CLASS for other in folders):
            yield from _class_folders(folder)
        elif word not in NO_CLASS and not folder.name.startswith("."):
            yield folder


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _sample(root: Path, folder: Path, path: Path, names: tuple[str, ...]) -> Sample:
    word, seen = _word(folder.name), look(path)
    label = 0 if word in NORMAL else 1 if len(names) == 2 else _index(word, names)
    return Sample(
        path.relative_to(root).as_posix(),
        path,
        label,
        group_of(path, folder),
        seen.sha256,
        source=root.name,
        tags=seen.tags,
        too_short=seen.too_short,
    )


def _index(word: str, names: tuple[str, ...]) -> int:
    return names.index("fracture" if word in FRACTURED else word)
