"""Contact sheets: many radiographs on one picture, to be looked at and never to be published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.training.decode import decode
from inference_worker.training.sources.samples import Sample

TILE, CAPTION = 260, 34
COLUMNS, ROWS = 6, 4
OUTLINE = (64, 160, 255)
INK = (235, 235, 235)

Shown = tuple[Sample, str]
"""A radiograph and why it is shown."""


def write_sheets(folder: Path, name: str, shown: Sequence[Shown]) -> list[str]:
    """Draw `shown` on as many sheets as it takes; the names of the files."""
    per_sheet, names = COLUMNS * ROWS, []
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, len(shown), per_sheet)
    for number, start in enumerate(tqdm(starts, desc=name, unit="sheet", mininterval=1), start=1):
        file = f"{name}-{number:02d}.jpg"
        cv2.imwrite(str(folder / file), sheet(shown[start : start + per_sheet]))
        names.append(file)
    return names


def sheet(shown: Sequence[Shown]) -> NDArray[np.uint8]:
    """Up to COLUMNS x ROWS tiles as one picture (H, W, 3)."""
    rows = -(-len(shown) // COLUMNS)
    picture = np.zeros((rows * (TILE + CAPTION), COLUMNS * TILE, 3), np.uint8)
    for place, (sample, reason) in enumerate(shown):
        top, left = place // COLUMNS * (TILE + CAPTION), place % COLUMNS * TILE
        picture[top : top + TILE, left : left + TILE] = tile(sample)
        for line, words in enumerate((sample.path.stem, reason)):
            at = (left + 4, top + TILE + 13 + 15 * line)
            cv2.putText(picture, words[:38], at, cv2.FONT_HERSHEY_SIMPLEX, 0.38, INK, 1)
    return picture


def tile(sample: Sample) -> NDArray[np.uint8]:
    """One radiograph (TILE, TILE, 3), its outlines drawn; black where it can't be read."""
    square = np.zeros((TILE, TILE, 3), np.uint8)
    try:
        grey = decode(sample.path, least=0)
    except ValueError:
        return square
    scale = (TILE - 4) / max(grey.shape)
    size = (max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1))
    low, high = np.percentile(grey, (1, 99))
    stretched = np.clip((grey - low) / max(high - low, 1) * 255, 0, 255).astype(np.uint8)
    shrunk = cv2.cvtColor(
        cv2.resize(stretched, size, interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR
    )
    for polygon in sample.fractures:
        corners = np.round(np.array(polygon) * scale).astype(np.int32)
        cv2.polylines(shrunk, [corners], isClosed=True, color=OUTLINE)
    square[: size[1], : size[0]] = shrunk
    return square
