"""A folder of drawn bones, whole and broken, in the layout that training reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image


def drawn_folder(root: Path, *, of_each: int, size: int = 96) -> Path:
    """`of_each` images per class, four to a group folder; the broken bones have a dark gap."""
    rng = np.random.default_rng(3)
    for folder, broken in (("Fractured", True), ("Non_fractured", False)):
        for number in range(of_each):
            grey = rng.integers(0, 30, (size, size), dtype=np.uint8)
            left = int(rng.integers(size // 4, size // 2))
            grey[:, left : left + size // 4] += 160
            if broken:
                top = int(rng.integers(size // 4, size // 2))
                grey[top : top + size // 4] //= 4
            patient = root / folder / f"patient-{folder[0]}{number // 4}"
            patient.mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(patient / f"{number}.png")
    return root


def drawn_classes(root: Path, *, of_each: int, size: int = 96) -> Path:
    """Three class folders: whole bones, bones with a gap across, bones with a slanting gap."""
    rng = np.random.default_rng(5)
    for folder, slant in (("normal", None), ("transverse", 0), ("oblique", 1)):
        for number in range(of_each):
            grey = rng.integers(0, 30, (size, size), dtype=np.uint8)
            left = int(rng.integers(size // 4, size // 2))
            grey[:, left : left + size // 4] += 160
            if slant is not None:
                rows, columns = np.mgrid[0:size, 0:size]
                gap = np.abs(rows - size // 2 - slant * (columns - size // 2)) < size // 12
                grey[gap] //= 4
            patient = root / folder / f"patient-{folder[0]}{number // 4}"
            patient.mkdir(parents=True, exist_ok=True)
            Image.fromarray(grey).save(patient / f"{number}.png")
    return root


@contextmanager
def few_steps() -> Iterator[None]:
    """Steps run one by one: for a handful of them, tracing a graph first takes far longer."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
