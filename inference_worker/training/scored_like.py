"""Look up what test radiographs with a like score turned out to be. Plain Python: nothing here
needs the libraries that made the bins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def scored_like(probability: float, metrics: Mapping[str, Any]) -> dict[str, Any] | None:
    """The bin of `metrics["scored_like"]` that holds the probability (0..1): its lower end belongs
    to it, and so does 1 to the last. None when the model has no bins."""
    bins: list[dict[str, Any]] = metrics.get("scored_like") or []
    return next((row for row in reversed(bins) if probability >= row["low"]), None)
