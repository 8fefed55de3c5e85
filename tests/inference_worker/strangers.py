"""Model files as others make them. Import it inside tests alone: it needs Keras."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

SIDE = 32


def saved(model: keras.Model, path: Path) -> Path:
    model.save(path)
    return path


def averaging(*, classes: int = 1, side: int | None = SIDE, seed: int = 1) -> keras.Model:
    """The usual transfer learning: a network within a network, averaged, one dense layer."""
    keras.utils.set_random_seed(seed)
    base = keras.Sequential(
        [
            keras.Input((side, side, 3)),
            layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
        ]
    )
    base.layers[1].set_weights(
        [np.array(values, np.float32) for values in ([1.2] * 6, [0.1] * 6, [0.0] * 6, [0.4] * 6)]
    )
    activation = "sigmoid" if classes == 1 else "softmax"
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            base,
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(classes, activation=activation),
        ]
    )


def flattening(*, classes: int = 3, seed: int = 2) -> keras.Model:
    """The usual network from scratch: flattened, two dense layers; the ends are logits."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((SIDE, SIDE, 1))
    maps = layers.MaxPooling2D(4)(layers.Conv2D(5, 3, activation="relu", padding="same")(image))
    hidden = layers.Dense(7, activation="relu")(layers.Flatten()(maps))
    return keras.Model(image, layers.Dense(classes)(layers.Dropout(0.5)(hidden)))


def unusual(*, classes: int = 2, seed: int = 3) -> keras.Model:
    """An end of which no map is made."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((SIDE, SIDE, 1))
    pooled = layers.GlobalMaxPooling2D()(layers.Conv2D(9, 5)(image))
    other = layers.Dense(classes)(pooled)
    return keras.Model(
        image, layers.Softmax()(layers.Add()([other, layers.Dense(classes)(pooled)]))
    )


def with_lambda(path: Path) -> Path:
    """Hidden two models deep."""
    inner = keras.Sequential([keras.Input((SIDE, SIDE, 1)), layers.Lambda(lambda x: x * 2)])
    deep = keras.Sequential([keras.Input((1, SIDE, SIDE, 1)), layers.TimeDistributed(inner)])
    image = keras.Input((SIDE, SIDE, 1))
    maps = layers.Flatten()(deep(layers.Reshape((1, SIDE, SIDE, 1))(image)))
    return saved(keras.Model(image, layers.Dense(1, activation="sigmoid")(maps)), path)


def rewritten(
    path: Path,
    change: Callable[[dict[str, Any]], None] = lambda _: None,
    others: dict[str, bytes] | None = None,
) -> Path:
    """The same .keras file with its config changed, and other members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    members |= {"config.json": json.dumps(config).encode(), **(others or {})}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
