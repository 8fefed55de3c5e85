"""FracAtlas (Abedeen et al. 2023, figshare 22363012), with or without this project's groups.csv."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from tqdm import tqdm

from inference_worker.training.sources.boxes import box_corners
from inference_worker.training.sources.class_folders import RUN_LENGTH
from inference_worker.training.sources.copies import follow_whole, join_copies
from inference_worker.training.sources.files import Look, images_under, look
from inference_worker.training.sources.samples import (
    Dataset,
    DatasetError,
    Polygon,
    Sample,
    number_in,
)

FOLDERS = {"Non_fractured": 0, "Fractured": 1}
ANNOTATIONS = Path("Annotations", "COCO JSON", "COCO_fracture_masks.json")
TAGS = {
    **{name: name for name in ("hand", "leg", "hip", "shoulder", "mixed")},
    **{name: name for name in ("frontal", "lateral", "oblique")},
    "hardware": "metalwork",
}
"""Columns of dataset.csv and the tags that they give."""
TREATED = Path(__file__).parent.parent / "treated.csv"
SAME_PATIENT = TREATED.with_name("same_patient.csv")
"""Images of one patient in several groups of groups.csv, known by an implant, a slab or the
fracture (docs/treated.md)."""
LARGE = 600
"""Long side in pixels. Nearly all images have 454; the others are a tenth and were larger still
when published."""
FINE = 3
"""First entry of the luminance table: at most 3 in a twelfth of the colour images, else 4."""

Table = dict[str, dict[str, str]]


def is_fracatlas(root: Path) -> bool:
    """Whether the folder has FracAtlas's shape."""
    images = root / "images"
    tables = (root / "groups.csv").is_file() or (root / "dataset.csv").is_file()
    return tables and any((images / folder).is_dir() for folder in FOLDERS)


def read_fracatlas(
    root: Path, *, treated: Path = TREATED, same_patient: Path = SAME_PATIENT
) -> Dataset:
    """Every image, sorted by id. The folder is the label, never a table beside it.

    Raises:
        DatasetError: a class is missing, or a table has not its columns.
    """
    tables = {
        "groups": _table(root / "groups.csv", "group"),
        "published": _table(root / "dataset.csv"),
        "treated": _table(treated, "cast", "splint", "metalwork"),
    }
    outlines = read_outlines(root / ANNOTATIONS)
    found = [
        (path, label)
        for folder, label in sorted(FOLDERS.items())
        if (root / "images" / folder).is_dir()
        for path in images_under(root / "images" / folder)
    ]
    samples = [
        _sample(root / "images", path, label, tables, outlines.get(path.name, ()))
        for path, label in tqdm(found, desc="reading", unit="file", mininterval=1, disable=None)
    ]
    if {sample.label for sample in samples} != {0, 1}:
        raise DatasetError(
            f"{root / 'images'} has no images of both classes: "
            "expected the folders Fractured/ and Non_fractured/."
        )
    known = _table(same_patient, "patient")
    patients = {name: f"patient {row['patient']}" for name, row in known.items()}
    return Dataset(
        sorted(join_copies(follow_whole(samples), patients), key=lambda sample: sample.id)
    )


def read_outlines(path: Path) -> dict[str, tuple[Polygon, ...]]:
    """Polygons by file name from a COCO file, in pixels of the upright image (where an annotation
    has no polygon, the corners of its box)."""
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    names = {image["id"]: image["file_name"] for image in content["images"]}
    outlines: dict[str, tuple[Polygon, ...]] = {}
    for annotation in content["annotations"]:
        name = names[annotation["image_id"]]
        outlines[name] = (*outlines.get(name, ()), *_polygons(annotation))
    return outlines


def _polygons(annotation: dict[str, Any]) -> list[Polygon]:
    rings = annotation.get("segmentation")
    if isinstance(rings, list) and rings:
        return [tuple(zip(ring[::2], ring[1::2], strict=True)) for ring in rings]
    return [box_corners(*annotation["bbox"])]


def _table(path: Path, *columns: str) -> Table:
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for column in ("image_id", *columns):
        if rows and column not in rows[0]:
            raise DatasetError(f"{path} has no column '{column}'.")
    return {row["image_id"]: row for row in rows}


def _sample(
    images: Path, path: Path, label: int, tables: dict[str, Table], outlines: tuple[Polygon, ...]
) -> Sample:
    seen, number = look(path), number_in(path.stem)
    row = tables["groups"].get(path.name)
    run = f"file {path.stem}" if number is None else f"run {number // RUN_LENGTH}"
    published, treated = (tables[name].get(path.name, {}) for name in ("published", "treated"))
    return Sample(
        path.relative_to(images).as_posix(),
        path,
        label,
        f"table {row['group']}" if row else run,
        seen.sha256,
        source="fracatlas",
        fractures=outlines if label else (),
        tags=_tags(published, treated) | {file_kind(seen)} | seen.tags,
        contradictory=bool(row) and (row or {}).get("contradictory") == "1",
        too_short=seen.too_short,
        place=None if number is None else ("", number),
    )


def _tags(published: dict[str, str], treated: dict[str, str]) -> frozenset[str]:
    tags = {tag for column, tag in TAGS.items() if published.get(column) == "1"}
    tags |= {column for column in ("cast", "splint", "metalwork") if treated.get(column) == "1"}
    if tags & {"cast", "splint", "metalwork"}:
        tags.add("treated")
    return frozenset(tags)


def file_kind(seen: Look) -> str:
    """Which way of writing files an image came through: a proxy for the three hospitals, which are
    not published."""
    if max(seen.width, seen.height) > LARGE:
        return "file large"
    if seen.grey:
        return "file grey"
    return "file colour, fine" if seen.tables and seen.tables[0] <= FINE else "file colour"
