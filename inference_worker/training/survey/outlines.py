"""How large fractures are on their images, and how many vanish at a network's input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference_worker.training.sources.samples import Polygon, Sample

INPUTS = (224, 320, 384, 448)
SMALL = 16
"""Pixels at the input below which a fracture is half a cell of a map of stride 32."""


def side(polygon: Polygon) -> float:
    """Square root of the area of the box around a polygon, in pixels."""
    corners = np.array(polygon)
    width, height = corners.max(axis=0) - corners.min(axis=0)
    return float(np.sqrt(width * height))


def box_sizes(
    samples: Sequence[Sample], sizes: Sequence[tuple[int, int]]
) -> dict[str, dict[str, float]]:
    """Percentiles of box side over the image's long side, and the share of boxes under SMALL pixels
    at each input; nothing without boxes."""
    shares = np.array(
        [
            side(polygon) / max(size)
            for sample, size in zip(samples, sizes, strict=True)
            if max(size)
            for polygon in sample.fractures
        ]
    )
    if not len(shares):
        return {}
    percentiles = {f"{p} %": round(float(np.percentile(shares, p)), 4) for p in (5, 25, 50, 75, 95)}
    return {
        "boxes": {"number": len(shares)},
        "side over long side, percentiles": percentiles,
        f"share under {SMALL} px at input": {
            str(pixels): round(float((shares * pixels < SMALL).mean()), 4) for pixels in INPUTS
        },
    }
