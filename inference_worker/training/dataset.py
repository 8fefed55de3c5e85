"""Folders of radiographs -> samples with a label and a group that must not cross a split.

Each published layout has a module in `sources`; here they are told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from inference_worker.training.sources.class_folders import read_class_folders
from inference_worker.training.sources.fracatlas import is_fracatlas, read_fracatlas
from inference_worker.training.sources.grazpedwri import is_grazpedwri, read_grazpedwri
from inference_worker.training.sources.mixing import (
    LeftOut,
    balanced_weights,
    leave_one_out,
    mixed,
)
from inference_worker.training.sources.orthofrac import is_orthofrac, read_orthofrac
from inference_worker.training.sources.samples import (
    NO_FRACTURE,
    TWO_CLASSES,
    Dataset,
    DatasetError,
    Polygon,
    Sample,
    file_number,
    fingerprint,
)

__all__ = [
    "NO_FRACTURE",
    "TWO_CLASSES",
    "Dataset",
    "DatasetError",
    "LeftOut",
    "Polygon",
    "Sample",
    "balanced_weights",
    "file_number",
    "fingerprint",
    "leave_one_out",
    "mixed",
    "read",
    "read_folder",
]

LAYOUTS: tuple[tuple[Callable[[Path], bool], Callable[[Path], Dataset]], ...] = (
    (is_fracatlas, read_fracatlas),
    (is_grazpedwri, read_grazpedwri),
    (is_orthofrac, read_orthofrac),
)


def read(root: Path) -> Dataset:
    """Every labelled image of a folder whose layout is known, contradictory ones included.

    Raises:
        DatasetError: it is no folder, or nothing in it can be trained on.
    """
    if not root.is_dir():
        raise DatasetError(f"{root} is not a folder.")
    for is_layout, read_layout in LAYOUTS:
        if is_layout(root):
            return read_layout(root)
    return read_class_folders(root / "images" if (root / "images").is_dir() else root)


def read_folder(root: Path) -> list[Sample]:
    """The samples of two-class data that a single split divides, without contradictory ones, in
    the groups that the first bundles were split by."""
    known = root.is_dir() and is_fracatlas(root)
    dataset = read_fracatlas(root, same_patient=None) if known else read(root)
    if dataset.class_names != TWO_CLASSES:
        raise DatasetError(f"{root} has {len(dataset.class_names)} classes, here two are needed.")
    samples = [sample for sample in dataset.samples if not sample.contradictory]
    if {sample.label for sample in samples} != {0, 1}:
        raise DatasetError(f"{root} has no images of both classes once contradictory ones are out.")
    return samples
