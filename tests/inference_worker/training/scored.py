"""Made-up scores of a cross-validation, with groups, tags and file numbers."""

from __future__ import annotations

import numpy as np

from inference_worker.training.scores import Scores


def made_up(
    *, images: int = 600, seed: int = 0, apart: float = 2.0, share: float = 0.2, source: str = "x"
) -> Scores:
    """Two normal distributions `apart` standard deviations apart, so the AUC is known:
    Phi(apart / sqrt(2)). Groups of three, each in one of five folds."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(images) < share).astype(np.int64)
    numbers = np.arange(images)
    tags = [
        frozenset(
            {"hand" if number % 2 else "leg", "frontal" if number % 3 else "lateral"}
            | ({"treated", "metalwork"} if label and number % 4 == 0 else set())
        )
        for number, label in zip(numbers.tolist(), labels.tolist(), strict=True)
    ]
    return Scores(
        ids=np.array([f"{'NF'[label]}/IMG{number:07d}.jpg" for number, label in enumerate(labels)]),
        folds=numbers // 3 % 5,
        labels=labels,
        groups=np.array([f"group {number // 3}" for number in numbers]),
        logits=rng.normal(0, 1, images) + apart * labels,
        tags=tuple(tags),
        sources=np.full(images, source),
    )
