"""Where a training image is looked at from: whole or close up, turned, stretched, mirrored."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference_worker.training.augmentation.recipe import Recipe

CLOSEST, WIDEST = 2.6, 1.3
"""Range of the close-ups, as enlargement."""
OFF_CENTRE = 0.32
"""Of a close-up's side: how far from its middle the place may lie that it was taken for."""


@dataclass(frozen=True)
class View:
    """What part of a square becomes the whole: an enlargement about a point of the square."""

    x: float
    y: float
    enlargement: float


def whole_view(inside: NDArray[np.bool_], recipe: Recipe, rng: np.random.Generator) -> View:
    """Nearly all of the radiograph, a little nearer or farther."""
    top, bottom, left, right = _bounds(inside)
    size = inside.shape[0]
    shift = rng.uniform(-0.05, 0.05, 2) * size * recipe.strength
    return View(
        (left + right) / 2 + shift[0],
        (top + bottom) / 2 + shift[1],
        float(np.exp(rng.uniform(-recipe.farther, recipe.nearer) * recipe.strength)),
    )


def close_up(
    inside: NDArray[np.bool_], fracture: NDArray[np.uint8] | None, rng: np.random.Generator
) -> View:
    """Near the fracture, or anywhere in a radiograph that has none: both classes are zoomed the
    same way."""
    enlargement = float(np.exp(rng.uniform(np.log(WIDEST), np.log(CLOSEST))))
    side = inside.shape[0] / enlargement
    top, bottom, left, right = _bounds(inside)
    if fracture is not None and fracture.any():
        rows, columns = np.nonzero(fracture)
        chosen = rng.integers(len(rows))
        x, y = float(columns[chosen]), float(rows[chosen])
    else:
        x = left + rng.uniform(0.15, 0.85) * (right - left)
        y = top + rng.uniform(0.15, 0.85) * (bottom - top)
    x, y = np.array([x, y]) + rng.uniform(-OFF_CENTRE, OFF_CENTRE, 2) * side
    return View(_held(x, left, right, side / 2), _held(y, top, bottom, side / 2), enlargement)


def transform(
    view: View, size: int, recipe: Recipe, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The 2 x 3 matrix that brings the view, turned, stretched and perhaps mirrored, to fill the
    square."""
    strength = recipe.strength
    angle = np.deg2rad(rng.uniform(-20, 20) * strength)
    if rng.random() < recipe.quarter_turns * strength:
        angle += np.pi / 2 * rng.integers(1, 4)
    aspect = float(np.exp(rng.uniform(-0.12, 0.12) * strength))
    mirrored = -1 if rng.random() < 0.5 else 1
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.diag([view.enlargement * aspect * mirrored, view.enlargement / aspect])
    offset = np.full(2, size / 2) - matrix @ np.array([view.x, view.y])
    return np.hstack([matrix, offset[:, np.newaxis]])


def warp(
    image: NDArray[np.uint8], matrix: NDArray[np.float64], *, nearest: bool = False
) -> NDArray[np.uint8]:
    """An image (size, size) seen through the matrix; black where there was nothing."""
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    warped = cv2.warpAffine(image, matrix, (image.shape[1], image.shape[0]), flags=how)
    return np.asarray(warped, dtype=np.uint8)


def _bounds(inside: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _held(value: float, low: int, high: int, margin: float) -> float:
    """As near to `value` as the close-up can go without leaving the radiograph."""
    margin = min(margin, (high - low) / 2)
    return float(np.clip(value, low + margin, high - margin))
