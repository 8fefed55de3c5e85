"""The networks that can be trained, by name. Only keras here, so that they run on any backend.

A network is built for training: (N, size, size, channels) in 0..1 -> one logit (N, 1). What its
bundle gives beside the logit (class scores, a map) is added by `forward.py` when it is exported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras
from keras import layers

FEATURES = "features"
HIDDEN = "hidden"
LOGIT = "logit"


@dataclass(frozen=True)
class Architecture:
    """A network and the input it wants."""

    name: str
    size: int
    channels: int
    build: Callable[[Architecture], keras.Model]


def _baseline_cnn(spec: Architecture) -> keras.Model:
    """The reference CNN: two convolutions, each pooled, and two dense layers; 6.4 million weights
    at 224 px.

    The sigmoid after the last layer is not part of it: the loss takes the logit (the same figure,
    without the rounding), and serving calibrates the logit before it becomes a probability.
    """
    image = keras.Input((spec.size, spec.size, spec.channels), name="radiograph")
    maps = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_1")(image)
    maps = layers.MaxPooling2D(name="pool_1")(maps)
    maps = layers.Conv2D(32, 3, padding="same", activation="relu", name="conv_2")(maps)
    maps = layers.MaxPooling2D(name=FEATURES)(maps)
    hidden = layers.Dense(64, activation="relu", name=HIDDEN)(layers.Flatten(name="flat")(maps))
    return keras.Model(image, layers.Dense(1, name=LOGIT)(hidden), name=spec.name)


ARCHITECTURES = {
    spec.name: spec
    for spec in (Architecture("baseline_cnn", size=224, channels=3, build=_baseline_cnn),)
}
