"""A trained network in nothing but Keras's own layers, as a bundle holds it.

A bundle with layers of ours would load only where our training code lies; and a layer that scales
its kernel on every call costs time that a folded kernel does not.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

from inference_worker.training.forward import round_weights
from inference_worker.training.networks.layers import ScaledConv


def plain(model: keras.Model) -> keras.Model:
    """A copy with every ScaledConv folded into an ordinary convolution, and its weights rounded to
    what 16 bits can hold; a model without ScaledConv is rounded itself."""
    scaled = [layer for layer in model.layers if isinstance(layer, ScaledConv)]
    copy = keras.models.clone_model(model, clone_function=_plain_layer) if scaled else model
    for layer in model.layers if scaled else []:
        copy.get_layer(layer.name).set_weights(_plain_weights(layer))
    round_weights(copy)
    return copy


def _plain_layer(layer: Any) -> Any:
    if not isinstance(layer, ScaledConv):
        return layer.__class__.from_config(layer.get_config())
    common: dict[str, Any] = {
        "strides": layer.stride,
        "padding": "same",
        "activation": "relu6" if layer.relu6 else None,
        "name": layer.name,
    }
    if layer.filters:
        return layers.Conv2D(layer.filters, layer.width, **common)
    return layers.DepthwiseConv2D(layer.width, **common)


def _plain_weights(layer: Any) -> list[Any]:
    if isinstance(layer, ScaledConv):
        return [np.asarray(layer.folded()), np.asarray(layer.shift)]
    return list(layer.get_weights())
