"""OrthoFrac-XR: limbs of adults and children from Bangladesh (figshare 32021085, CC BY 4.0).

As published: the folders `distal_fracture`, `proximal_fracture`, `post_fracture`, `non_fracture`
and `Bone_metadata.csv` with a row per image. No boxes and no patient numbers are published.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from tqdm import tqdm

from inference_worker.training.sources.copies import join_copies
from inference_worker.training.sources.files import images_under, look
from inference_worker.training.sources.samples import Dataset, DatasetError, Sample, number_in

NAME = "orthofrac-xr"
FOLDERS = {"non_fracture": 0, "distal_fracture": 1, "proximal_fracture": 1}
AFTERWARDS = "post_fracture"
"""Fractures that heal, are fixed or have healed: neither normal nor surely visible, so left out."""
TABLE = "bone_metadata.csv"
RUN_LENGTH = 10
"""Neighbouring numbers that count as one group: 1,493 images are of about 1,300 patients."""
REGIONS = {
    "hand": "hand wrist finger thumb phalanx phalanges metacarpal carpal scaphoid radius ulna "
    "forearm",
    "leg": "leg foot toe ankle tibia fibula knee patella femur metatarsal tarsal calcaneus",
    "hip": "hip pelvis",
    "shoulder": "shoulder clavicle scapula humerus",
}


def is_orthofrac(root: Path) -> bool:
    """Whether the folder has this collection's shape."""
    return _table_path(root) is not None or _folder(root, "distal_fracture") is not None


def read_orthofrac(root: Path) -> Dataset:
    """Every image of a fracture or of none, sorted by id; the folder is the label.

    Raises:
        DatasetError: a class is missing.
    """
    bones = _bones(_table_path(root))
    found = [
        (path, name)
        for name in FOLDERS
        if (folder := _folder(root, name)) is not None
        for path in images_under(folder)
    ]
    samples = [
        _sample(root, path, name, bones)
        for path, name in tqdm(found, desc="reading", unit="file", mininterval=1, disable=None)
    ]
    if {sample.label for sample in samples} != {0, 1}:
        raise DatasetError(f"{root} has no images of both classes: expected {', '.join(FOLDERS)}.")
    return Dataset(sorted(join_copies(samples), key=lambda sample: sample.id))


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _folder(root: Path, name: str) -> Path | None:
    return next((f for f in sorted(root.iterdir()) if f.is_dir() and _word(f.name) == name), None)


def _table_path(root: Path) -> Path | None:
    return next((file for file in sorted(root.iterdir()) if file.name.lower() == TABLE), None)


def _bones(table: Path | None) -> dict[str, str]:
    """The bone's name in lower case, by the stem of the image's name."""
    if table is None:
        return {}
    with table.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        columns = {_word(name): name for name in reader.fieldnames or ()}
        if "id" not in columns or "bone_type" not in columns:
            return {}
        return {
            Path(row[columns["id"]] or "").stem: (row[columns["bone_type"]] or "").lower()
            for row in reader
        }


def _sample(root: Path, path: Path, name: str, bones: dict[str, str]) -> Sample:
    seen, number = look(path), number_in(path.stem)
    run = path.stem if number is None else f"{name} run {number // RUN_LENGTH}"
    words = set(re.findall(r"[a-z]+", bones.get(path.stem, "")))
    regions = {region for region, names in REGIONS.items() if words & set(names.split())}
    return Sample(
        path.relative_to(root).as_posix(),
        path,
        FOLDERS[name],
        run,
        seen.sha256,
        source=NAME,
        tags=frozenset(regions) | seen.tags,
        too_short=seen.too_short,
        place=None if number is None else (name, number),
    )
