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
    "fingerprint",
    "leave_one_out",
    "mixed",
    "read",
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
