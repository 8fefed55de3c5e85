"""How strongly training images are changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """`strength` scales turns, stretches and exposures (1 is full); `close_ups` is the share of
    images looked at from near; `marks` whether films get bars, letters and stickers."""

    strength: float = 1.0
    close_ups: float = 0.5
    marks: bool = True
