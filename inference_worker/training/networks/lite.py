"""EfficientNet-Lite (Tan & Le 2019, the Lite variants of 2020): no squeeze-and-excitation, ReLU6
throughout, stem and head of fixed width. Source of the figures: the published `efficientnet_lite`
builder of the TensorFlow TPU models (Apache-2.0)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from keras import layers

from inference_worker.training.networks.layers import ScaledConv

STAGES = (
    # repeats, kernel, stride, expansion, filters
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM, HEAD = 32, 1280
DIVISOR = 8


@dataclass(frozen=True)
class Scaling:
    """How much wider and deeper than Lite0."""

    width: float
    depth: float


LITE = {0: Scaling(1.0, 1.0), 1: Scaling(1.0, 1.1), 2: Scaling(1.1, 1.2)}


def filters(count: int, scaling: Scaling) -> int:
    """Scaled to a multiple of 8, never below 90 % of what was asked."""
    wanted = count * scaling.width
    near = max(DIVISOR, int(wanted + DIVISOR / 2) // DIVISOR * DIVISOR)
    return near + DIVISOR if near < 0.9 * wanted else near


def repeats(stage: int, scaling: Scaling) -> int:
    """First and last stage keep their depth."""
    count = STAGES[stage][0]
    return count if stage in {0, len(STAGES) - 1} else math.ceil(count * scaling.depth)


def backbone(image: Any, variant: int) -> dict[int, Any]:
    """(N, H, W, 1) in 0..1 -> the last features at each stride: {2: ..., 4: ..., 8: ..., 16: ...,
    32: ...}, before the head."""
    scaling = LITE[variant]
    # The published input is (x - 127) / 128 of 0..255.
    maps = layers.Rescaling(255 / 128, -127 / 128, name="rescaled")(image)
    maps = ScaledConv(STEM, 3, stride=2, name="stem")(maps)
    stride, found, block = 2, {}, 0
    for stage, (_, kernel, step, expansion, count) in enumerate(STAGES):
        for repeat in range(repeats(stage, scaling)):
            stride *= step if repeat == 0 else 1
            maps = _block(
                maps,
                f"block_{block}",
                kernel=kernel,
                stride=step if repeat == 0 else 1,
                expansion=expansion,
                count=filters(count, scaling),
            )
            block += 1
        found[stride] = maps
    return found


def head(maps: Any) -> Any:
    """The last 1 x 1 convolution before pooling."""
    return ScaledConv(HEAD, 1, name="head")(maps)


def _block(maps: Any, name: str, *, kernel: int, stride: int, expansion: int, count: int) -> Any:
    incoming = maps
    if expansion > 1:
        wide = int(maps.shape[-1]) * expansion
        maps = ScaledConv(wide, 1, name=f"{name}_expand")(maps)
    maps = ScaledConv(0, kernel, stride=stride, name=f"{name}_depthwise")(maps)
    maps = ScaledConv(count, 1, relu6=False, name=f"{name}_project")(maps)
    if stride == 1 and int(incoming.shape[-1]) == count:
        maps = layers.Add(name=f"{name}_add")([incoming, maps])
    return maps
