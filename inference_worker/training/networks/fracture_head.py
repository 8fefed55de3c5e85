"""From a backbone's features to an answer: where a fracture is, and whether there is one.

A map of fracture logits at stride 16 is learnt from the outlines. Its strongest places and the
pooled features of the whole image each give a logit; the answer is learnt from both.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from inference_worker.training.networks.layers import ScaledConv

WIDTH = 96
RARE = -4.0
"""Logit of a cell before anything is learnt: about 2 % of the cells of a fractured film are on a
fracture."""
FINE, COARSE = 16, 32
FEATURES, MAP, POOLED, LOGIT, CLASSES = "features", "map", "pooled", "logit", "classes"
DROPOUT = 0.2


def outputs(stages: dict[int, Any], top: Any, *, classes: int) -> dict[str, Any]:
    """Heads on the features at strides 16 and 32 and on the `top` of the backbone.

    `logit` (N, 1) answers; `pooled` (N, 1) and `map` (N, h, w, 1), logits too, are taught beside
    it; `features` (N, F) is what the film as a whole looks like; `classes` (N, C) logits only where
    the data tells more than two classes.
    """
    map_ = _map(stages)
    strongest = _strongest(map_)
    features = layers.GlobalAveragePooling2D(name=FEATURES)(top)
    kept = layers.Dropout(DROPOUT, name="dropout")(features)
    appearance = _line("appearance", keras.initializers.RandomNormal(stddev=0.01))(kept)
    both = layers.Concatenate(name="both")([appearance, strongest])
    heads = {
        LOGIT: _line(LOGIT, keras.initializers.Constant(0.7), bias=-0.7 * RARE - 0.65)(both),
        POOLED: _line(POOLED, "ones", bias=-RARE - 0.65)(strongest),
        MAP: map_,
    }
    if classes > 2:
        heads[CLASSES] = layers.Dense(classes, name=CLASSES)(kept)
    return heads


def _map(stages: dict[int, Any]) -> Any:
    coarse = ScaledConv(WIDTH, 1, name="coarse")(stages[COARSE])
    coarse = layers.UpSampling2D(2, interpolation="nearest", name="finer")(coarse)
    fine = ScaledConv(WIDTH, 1, relu6=False, name="fine")(stages[FINE])
    maps = layers.Add(name="merged")([coarse, fine])
    maps = ScaledConv(0, 5, name="around")(maps)
    maps = ScaledConv(WIDTH, 1, name="mixed")(maps)
    return ScaledConv(1, 1, relu6=False, bias=RARE, spread=0.03, name=MAP)(maps)


def _strongest(map_: Any) -> Any:
    """(N, h, w, 1) -> (N, 1): the mean of the map's logits, weighted by their own softmax, so that
    a few strong cells speak for the film."""
    flat = layers.Flatten(name="cells")(map_)
    share = layers.Softmax(name="share")(flat)
    return layers.Dot(axes=1, name="strongest")([share, flat])


def _line(name: str, kernel: Any, *, bias: float = 0.0) -> layers.Dense:
    return layers.Dense(
        1,
        kernel_initializer=kernel,
        bias_initializer=keras.initializers.Constant(bias),
        name=name,
    )
