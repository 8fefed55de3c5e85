"""The reference CNN, the floor that a better model must pass."""

from __future__ import annotations

from typing import Any

from keras import layers

from inference_worker.training.networks.fracture_head import CLASSES, LOGIT

FEATURE_MAPS = "feature_maps"
HIDDEN = "hidden"


def build(image: Any, classes: int, pretrained: bool) -> dict[str, Any]:
    """Two convolutions, each pooled, and two dense layers; 6.4 million weights at 224 px.

    The sigmoid after the last layer is not part of it: the loss takes the logit (the same figure,
    without the rounding), and serving calibrates the logit before it becomes a probability.
    """
    maps = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_1")(image)
    maps = layers.MaxPooling2D(name="pool_1")(maps)
    maps = layers.Conv2D(32, 3, padding="same", activation="relu", name="conv_2")(maps)
    maps = layers.MaxPooling2D(name=FEATURE_MAPS)(maps)
    hidden = layers.Dense(64, activation="relu", name=HIDDEN)(layers.Flatten(name="flat")(maps))
    heads = {LOGIT: layers.Dense(1, name=LOGIT)(hidden)}
    if classes > 2:
        heads[CLASSES] = layers.Dense(classes, name=CLASSES)(hidden)
    return heads
