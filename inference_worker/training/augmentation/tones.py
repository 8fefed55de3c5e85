"""Other exposures, detectors and files: gamma, shading, sharpness, noise, JPEG, polarity."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

GAMMA, SHADING, NOISE, JPEG = 0.5, 0.3, 0.3, 0.2
"""Shares of images that get them."""
INVERTED = 0.05
"""What `normalising.is_inverted` may leave as it came."""


def expose(
    grey: NDArray[np.float32], rng: np.random.Generator, strength: float
) -> NDArray[np.float32]:
    """Another tone curve and uneven light: (size, size), 0..255."""
    if rng.random() < GAMMA:
        gamma = np.exp(rng.uniform(-0.5, 0.5) * strength)
        grey = (255 * (grey / 255) ** gamma).astype(np.float32)
    if rng.random() < SHADING:
        light = rng.uniform(0.7, 1.3, (3, 3)).astype(np.float32)
        grey = grey * cv2.resize(light, grey.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(grey, dtype=np.float32)


def record(grey: NDArray[np.float32], rng: np.random.Generator, noise: float) -> NDArray[np.uint8]:
    """What another detector and file make of it: sharpness, noise (up to that standard deviation),
    JPEG, polarity."""
    grey = _sharpness(grey, rng)
    if rng.random() < NOISE:
        grey = grey + rng.normal(0, rng.uniform(0, noise), grey.shape).astype(np.float32)
    stored = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < JPEG:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 90))]
        encoded = cv2.imencode(".jpg", stored, quality)[1]
        stored = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return np.asarray(255 - stored if rng.random() < INVERTED else stored, dtype=np.uint8)


def contrast(
    grey: NDArray[np.float32], rng: np.random.Generator, strength: float
) -> NDArray[np.float32]:
    """The last step, on (size, size) in 0..1: a little more or less of contrast and brightness."""
    factor = 1 + rng.uniform(-0.2, 0.2) * strength
    moved = (grey - 0.5) * factor + 0.5 + rng.uniform(-0.1, 0.1) * strength
    return np.clip(moved, 0, 1).astype(np.float32)


def _sharpness(grey: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """One in five blurred, one in ten sharpened, one in ten from fewer pixels."""
    drawn, size = rng.random(), len(grey)
    if drawn < 0.2:
        return _blurred(grey, rng.uniform(0.4, 1.3) * size / 320)
    if drawn < 0.3:
        return grey + np.float32(rng.uniform(0.3, 1.0)) * (grey - _blurred(grey, 1.5))
    if drawn < 0.4:
        side = int(size * rng.uniform(0.45, 0.9))
        small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, (size, size)), dtype=np.float32)
    return grey


def _blurred(grey: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), dtype=np.float32)
