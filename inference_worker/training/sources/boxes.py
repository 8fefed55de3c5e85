"""Boxes around fractures, in the forms in which they are published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from inference_worker.training.sources.samples import Polygon

FRACTURE = "fracture"


def box_corners(left: float, top: float, width: float, height: float) -> Polygon:
    """A box as the polygon of its corners, clockwise."""
    right, bottom = left + width, top + height
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def yolo_boxes(path: Path, *, width: int, height: int, classes: set[int]) -> tuple[Polygon, ...]:
    """Boxes of the given classes in a YOLO label file: a line each, `class x y width height`, the
    centre and the sides as shares of the image. Other lines are passed over."""
    boxes = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) < 5 or int(float(words[0])) not in classes:
            continue
        x, y, w, h = (float(word) for word in words[1:5])
        boxes.append(box_corners((x - w / 2) * width, (y - h / 2) * height, w * width, h * height))
    return tuple(boxes)


def yolo_classes(meta: Path, *, default: set[int]) -> set[int]:
    """Numbers of the classes that mean a fracture, from the list `names: [...]` of a YOLO data
    file."""
    if not meta.is_file():
        return default
    names = re.search(r"names:\s*\[(.*?)\]", meta.read_text(encoding="utf-8"), re.DOTALL)
    if names is None:
        return default
    words = [word.strip().strip("'\"").lower() for word in names[1].split(",")]
    return {number for number, word in enumerate(words) if word == FRACTURE} or default


def voc_boxes(path: Path) -> tuple[Polygon, ...]:
    """Boxes named "fracture" in a Pascal VOC file, in pixels."""
    return tuple(_voc_boxes(ElementTree.parse(path).getroot()))  # noqa: S314  (the user's data)


def _voc_boxes(root: ElementTree.Element) -> Iterator[Polygon]:
    for found in root.iter("object"):
        box = found.find("bndbox")
        if box is None or (found.findtext("name") or "").strip().lower() != FRACTURE:
            continue
        left, top, right, bottom = (
            float(box.findtext(side) or 0) for side in ("xmin", "ymin", "xmax", "ymax")
        )
        yield box_corners(left, top, right - left, bottom - top)
