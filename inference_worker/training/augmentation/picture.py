"""One training example: the radiograph as another hospital might have sent it, and its targets."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.preprocessing import even_out
from inference_worker.training.augmentation import cues, geometry, tones
from inference_worker.training.augmentation.recipe import Recipe

FULL_AT = 0.25
"""Share of a cell of the map that a fracture must cover for the cell to count wholly."""
CUT_OFF = 0.25
"""With less of the fracture left than this, and no cell wholly on it, the label is gone too."""


UNKNOWN = -1
"""In the cells of a fractured image without an outline: the map learns nothing from it."""


@dataclass(frozen=True)
class Picture:
    """A square (size, size) as `preprocessing.lay_out` made it, where the radiograph lies in it,
    and for a fractured one its outlined fractures, 0 or 255."""

    square: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    label: int
    fracture: NDArray[np.uint8] | None


@dataclass(frozen=True)
class Example:
    """Input (size, size) in 0..1, class index, and the share of fracture in each cell, (g, g), or
    UNKNOWN."""

    grey: NDArray[np.float32]
    label: int
    cells: NDArray[np.float32]


def augmented(
    picture: Picture, rng: np.random.Generator, *, recipe: Recipe, version: str, grid: int
) -> Example:
    """The picture changed at random, by the same arithmetic that serving ends with."""
    size = len(picture.square)
    # Where the fracture is unknown, a close-up might leave it out and keep the label.
    unknown = picture.label > 0 and picture.fracture is None
    near = rng.random() < recipe.close_ups and not unknown
    view = (
        geometry.close_up(picture.inside, picture.fracture, rng)
        if near
        else geometry.whole_view(picture.inside, recipe, rng)
    )
    matrix = geometry.transform(view, size, recipe, rng)
    inside = geometry.warp(picture.inside.astype(np.uint8), matrix, nearest=True) > 0
    label, cells, seen = _targets(picture, matrix, view.enlargement, grid)
    square = _changed(geometry.warp(picture.square, matrix), seen, rng, recipe)
    grey = even_out(square, inside, version=version).astype(np.float32) / np.float32(255)
    return Example(tones.contrast(grey, rng, recipe.strength), label, cells)


def plain(picture: Picture, *, version: str) -> NDArray[np.float32]:
    """The picture as serving sees it: (size, size) in 0..1."""
    even = even_out(picture.square, picture.inside, version=version)
    return even.astype(np.float32) / np.float32(255)


def _changed(
    square: NDArray[np.uint8],
    fracture: NDArray[np.uint8] | None,
    rng: np.random.Generator,
    recipe: Recipe,
) -> NDArray[np.uint8]:
    grey = tones.expose(square.astype(np.float32), rng, recipe.strength)
    if recipe.marks:
        cues.add(grey, fracture, rng)
    return tones.record(grey, rng, recipe.noise)


def _targets(
    picture: Picture, matrix: NDArray[np.float64], enlargement: float, grid: int
) -> tuple[int, NDArray[np.float32], NDArray[np.uint8] | None]:
    """Label, cells and outline after the move: a fracture that was cut off is no fracture here."""
    if picture.fracture is None:
        unknown = UNKNOWN if picture.label else 0
        return picture.label, np.full((grid, grid), unknown, np.float32), None
    seen = np.where(geometry.warp(picture.fracture, matrix) > 127, 255, 0).astype(np.uint8)
    covered = cv2.resize(seen, (grid, grid), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    cells = np.minimum(1, covered / FULL_AT).astype(np.float32)
    whole = np.count_nonzero(picture.fracture) * enlargement**2
    gone = np.count_nonzero(seen) < CUT_OFF * whole and cells.max() < 1
    return (0 if gone else picture.label), cells, seen
