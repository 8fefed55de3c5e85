"""The networks that can be trained, by name. Only keras here, so that they run on any backend.

A network is built for training: (N, size, size, channels) in 0..1 -> a dictionary of logits, at
least `logit` (N, 1). What its bundle gives is made of them by `forward.py` when it is exported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras

from inference_worker.training.networks import applications, baseline, fracture_head, lite, weights

Outputs = dict[str, Any]


@dataclass(frozen=True)
class Architecture:
    """A network: the input it wants, how it is built, and where its first weights come from.

    `build(image, classes, pretrained)` gives the outputs; `load`, where there is one, puts
    pretrained weights into the finished model.
    """

    channels: int
    build: Callable[[Any, int, bool], Outputs]
    load: Callable[[keras.Model], object] | None = None


def _lite(image: Any, classes: int, pretrained: bool, *, variant: int) -> Outputs:
    stages = lite.backbone(image, variant)
    top = lite.head(stages[fracture_head.COARSE])
    return fracture_head.outputs(stages, top, classes=classes)


def _application(image: Any, classes: int, pretrained: bool, *, name: str) -> Outputs:
    stages = applications.backbone(image, name, pretrained=pretrained)
    return fracture_head.outputs(stages, stages[fracture_head.COARSE], classes=classes)


ARCHITECTURES: dict[str, Architecture] = {
    "baseline_cnn": Architecture(3, baseline.build),
    **{
        f"efficientnet_lite{variant}": Architecture(
            1, partial(_lite, variant=variant), partial(weights.load, variant=variant)
        )
        for variant in lite.LITE
    },
    **{name: Architecture(3, partial(_application, name=name)) for name in applications.NAMES},
}


def build(name: str, *, size: int, classes: int, pretrained: bool) -> keras.Model:
    """A network by name for square inputs of `size` pixels; ValueError for an unknown name."""
    spec = ARCHITECTURES.get(name)
    if spec is None:
        raise ValueError(f"There is no architecture {name!r}: choose {', '.join(ARCHITECTURES)}.")
    image = keras.Input((size, size, spec.channels), name="radiograph")
    model = keras.Model(image, spec.build(image, classes, pretrained), name=name)
    if pretrained and spec.load:
        spec.load(model)
    return model
