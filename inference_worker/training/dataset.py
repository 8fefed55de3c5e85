"""Folders of radiographs -> samples with a label and a group that must not cross a split.

Read are the public FracAtlas layout (with or without this project's groups.csv) and any folder of
class folders.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}
CLASS_FOLDERS = {
    "fractured": 1,
    "fracture": 1,
    "positive": 1,
    "non_fractured": 0,
    "not_fractured": 0,
    "no_fracture": 0,
    "normal": 0,
    "negative": 0,
}
RUN_LENGTH = 25
"""Neighbouring file numbers that count as one group where nothing better is known: they are often
one examination."""


class DatasetError(Exception):
    """A folder that cannot be trained on; one sentence."""


@dataclass(frozen=True)
class Sample:
    """One labelled radiograph file."""

    id: str
    path: Path
    label: int
    group: str
    sha256: str


def read_folder(root: Path) -> list[Sample]:
    """Every labelled image under `root`, sorted by id. The folder is the label, never a table
    beside it.

    Images whose label is contradicted are left out: by groups.csv, or by the same bytes lying in
    both classes.
    """
    if not root.is_dir():
        raise DatasetError(f"{root} is not a folder.")
    images = root / "images" if (root / "images").is_dir() else root
    table = _read_groups(root / "groups.csv")
    samples = [
        Sample(
            path.relative_to(images).as_posix(),
            path,
            label,
            _group(path, folder, table),
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for folder, label, path in _labelled(images)
        if table.get(path.name, ("", False))[1] is False
    ]
    if {sample.label for sample in samples} != {0, 1}:
        raise DatasetError(
            f"{images} has no images of both classes: "
            "expected folders like Fractured/ and Non_fractured/."
        )
    return sorted(_join_copies(samples), key=lambda sample: sample.id)


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 over the sorted (id, hash of the file's bytes): the same figure means the same
    training data."""
    digest = hashlib.sha256()
    for sample in sorted(samples, key=lambda sample: sample.id):
        digest.update(f"{sample.id} {sample.sha256}\n".encode())
    return digest.hexdigest()


def file_number(sample: Sample) -> int | None:
    """The last run of digits in the file's name: neighbours in it were often taken together."""
    digits = re.findall(r"\d+", sample.path.stem)
    return int(digits[-1]) if digits else None


def _labelled(images: Path) -> Iterator[tuple[Path, int, Path]]:
    for folder in sorted(images.iterdir()):
        label = CLASS_FOLDERS.get(re.sub(r"[\s-]+", "_", folder.name.lower()))
        if label is None or not folder.is_dir():
            continue
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
                yield folder, label, path


def _read_groups(path: Path) -> dict[str, tuple[str, bool]]:
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as lines:
        try:
            return {
                row["image_id"]: (row["group"], row.get("contradictory", "0") == "1")
                for row in csv.DictReader(lines)
            }
        except KeyError as error:
            raise DatasetError(f"{path} has no column {error}.") from error


def _group(path: Path, folder: Path, table: dict[str, tuple[str, bool]]) -> str:
    if path.name in table:
        return f"table {table[path.name][0]}"
    if path.parent != folder:
        # A folder below the class folder is a patient or an examination; it may lie in both
        # classes.
        return f"folder {path.parent.relative_to(folder).as_posix()}"
    digits = re.findall(r"\d+", path.stem)
    return f"run {int(digits[-1]) // RUN_LENGTH}" if digits else f"file {path.stem}"


def _join_copies(samples: Sequence[Sample]) -> Iterator[Sample]:
    """Give the groups of byte-identical files one name, and leave a file out that lies in both
    classes."""
    parents: dict[str, str] = {}

    def root_of(group: str) -> str:
        while group in parents:
            group = parents[group]
        return group

    first: dict[str, Sample] = {}
    contradicted: set[str] = set()
    for sample in samples:
        twin = first.setdefault(sample.sha256, sample)
        if twin.label != sample.label:
            contradicted.add(sample.sha256)
        here, there = root_of(sample.group), root_of(twin.group)
        if here != there:
            parents[here] = there
    for sample in samples:
        if sample.sha256 not in contradicted:
            yield Sample(sample.id, sample.path, sample.label, root_of(sample.group), sample.sha256)
