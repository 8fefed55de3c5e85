"""GRAZPEDWRI-DX: children's wrists (Nagy et al. 2022, figshare 14825193, CC BY 4.0).

As published: `dataset.csv`, images in `images_part1` to `images_part4`, boxes under
`folder_structure` in `yolov5/labels` and `pascalvoc`. Images and labels are found by their name
wherever they lie below the folder, so that a merged copy is read too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from inference_worker.training.sources.boxes import voc_boxes, yolo_boxes, yolo_classes
from inference_worker.training.sources.copies import join_copies
from inference_worker.training.sources.files import Look, images_under, look
from inference_worker.training.sources.samples import Dataset, DatasetError, Polygon, Sample

NAME = "grazpedwri-dx"
COLUMNS = ("filestem", "patient_id", "fracture_visible", "ao_classification")
YOLO_FRACTURE = 3
"""Number of "fracture" among the published YOLO classes."""
FLAGS = {"cast": "cast", "metal": "metalwork", "diagnosis_uncertain": "uncertain"}
PROJECTIONS = {"1": "frontal", "2": "lateral"}


@dataclass(frozen=True)
class Labels:
    """Where the boxes of each image are, by the stem of its name."""

    yolo: dict[str, Path]
    voc: dict[str, Path]
    classes: set[int]

    def boxes(self, stem: str, seen: Look) -> tuple[Polygon, ...]:
        if stem in self.voc:
            return voc_boxes(self.voc[stem])
        if stem in self.yolo:
            return yolo_boxes(
                self.yolo[stem], width=seen.width, height=seen.height, classes=self.classes
            )
        return ()


def is_grazpedwri(root: Path) -> bool:
    """Whether the folder's table is this collection's."""
    table = root / "dataset.csv"
    if not table.is_file():
        return False
    with table.open(encoding="utf-8-sig") as lines:
        return "filestem" in lines.readline()


def read_grazpedwri(root: Path) -> Dataset:
    """Every image that lies there and has a label, sorted by id; the group is the patient.

    An image with no visible fracture but an AO class is of a broken wrist: it is no negative and is
    left out.

    Raises:
        DatasetError: a column is missing, or no image of a class is there.
    """
    rows = _rows(root / "dataset.csv")
    images = {path.stem: path for path in images_under(root)}
    labels = _labels(root)
    wanted = [row for row in rows if row["filestem"] in images and _label(row) is not None]
    samples = [
        _sample(root, images[row["filestem"]], row, labels)
        for row in tqdm(wanted, desc="reading", unit="file", mininterval=1, disable=None)
    ]
    if {sample.label for sample in samples} != {0, 1}:
        raise DatasetError(
            f"{root} has no images of both classes: dataset.csv names {len(rows)} images, "
            f"and {len(wanted)} of them lie there with a label."
        )
    return Dataset(sorted(join_copies(samples), key=lambda sample: sample.id))


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise DatasetError(f"{table} has no column '{missing[0]}'.")
        return list(reader)


def _labels(root: Path) -> Labels:
    metas: Iterable[Path] = (*root.rglob("meta.yaml"), *root.rglob("data.yaml"))
    classes = {YOLO_FRACTURE}
    for meta in metas:
        classes = yolo_classes(meta, default=classes)
    return Labels(
        {path.stem: path for path in sorted(root.rglob("*.txt"))},
        {path.stem: path for path in sorted(root.rglob("*.xml"))},
        classes,
    )


def _flag(row: dict[str, str], column: str) -> bool:
    return (row.get(column) or "").strip().lower() in {"1", "1.0", "true"}


def _label(row: dict[str, str]) -> int | None:
    if _flag(row, "fracture_visible"):
        return 1
    return None if (row["ao_classification"] or "").strip() else 0


def _sample(root: Path, path: Path, row: dict[str, str], labels: Labels) -> Sample:
    seen, label = look(path), _label(row) or 0
    tags = {tag for column, tag in FLAGS.items() if _flag(row, column)}
    if tags & {"cast", "metalwork"}:
        tags.add("treated")
    if view := PROJECTIONS.get((row.get("projection") or "").strip().removesuffix(".0")):
        tags.add(view)
    return Sample(
        path.relative_to(root).as_posix(),
        path,
        label,
        f"patient {row['patient_id'].strip().removesuffix('.0')}",
        seen.sha256,
        source=NAME,
        fractures=labels.boxes(path.stem, seen) if label else (),
        tags=frozenset({"wrist", *tags}) | seen.tags,
        too_short=seen.too_short,
    )
