"""What all pictures of a model card share."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#1f5fa8", "#c8611a", "#8a8f98"


def save(figure: Figure, path: Path) -> None:
    """Write a PNG; the same figures give the same file."""
    # Without the date and the library's version, that is.
    figure.savefig(path, dpi=80, metadata={"Software": None})
