"""How strongly training images are changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """`strength` scales turns, distance, stretches and exposures (1 is full); `close_ups` is the
    share of images looked at from near; `marks` whether films get bars, letters and stickers."""

    strength: float = 1.0
    close_ups: float = 0.5
    marks: bool = True
    quarter_turns: float = 0.15
    """Share of images that are also turned by a right angle, or stand on their head."""
    farther: float = 0.2
    nearer: float = 0.15
    """How small and how large a whole film may come, as the logarithm of its enlargement."""
    noise: float = 6.0
    """The strongest noise's standard deviation, in grey levels of 255; `strength` leaves it."""
