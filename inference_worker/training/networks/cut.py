"""A network in two: the lower blocks that keep their pretrained weights, and what is taught above
them."""

from __future__ import annotations

import re

import keras


def lower_part(model: keras.Model, blocks: int) -> keras.Model:
    """(N, H, W, C) -> the features behind the first `blocks` blocks."""
    return keras.Model(model.input, _last_layer(model, blocks).output, name="lower")


def upper_part(model: keras.Model, blocks: int) -> keras.Model:
    """Those features -> the outputs of the network. The layers are the network's own: what is
    taught here, the whole network knows."""
    return keras.Model(_last_layer(model, blocks).output, model.output, name="upper")


def _last_layer(model: keras.Model, blocks: int) -> keras.layers.Layer:
    """The layer that ends block number `blocks` - 1; ValueError for a network without it."""
    pattern = re.compile(rf"block_{blocks - 1}_\w+")
    found = [layer for layer in model.layers if pattern.fullmatch(layer.name)]
    if not found:
        raise ValueError(f"{model.name} has no block {blocks - 1} to be cut behind")
    return found[-1]
