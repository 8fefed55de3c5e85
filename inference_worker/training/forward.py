"""The network as its bundle runs it: one forward pass gives logit, class scores and a Grad-CAM map.

Grad-CAM (Selvaraju et al. 2017) weighs each channel of a feature map A by the mean over positions
of d logit / d A. With logit = w2 . relu(W1' a + b1) + b2 over the flattened A, that gradient is W1
(w2 * [h > 0]), so

    alpha = M (w2 * [h > 0]),   M[c, k] = mean over positions of W1[(position, c), k]

M is a small constant: the map is a plain forward output, exact, without gradients and without a
second copy of W1.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from inference_worker.training.networks.baseline import FEATURE_MAPS, HIDDEN
from inference_worker.training.networks.fracture_head import CLASSES, FEATURES, LOGIT, MAP


def serving_model(trained: keras.Model) -> keras.Model:
    """Share the trained layers in a model with the outputs `logit` (N, 1), `class_scores` (N, C),
    `map` (N, h, w) and, where the network has a head of its own for the map, `features` (N, F)."""
    trained_outputs = trained.output
    logit = trained_outputs[LOGIT]
    outputs = {"logit": logit, "class_scores": _class_scores(trained_outputs)}
    if MAP in trained_outputs:
        map_ = trained_outputs[MAP]
        shape = (int(map_.shape[1]), int(map_.shape[2]))
        outputs["map"] = layers.Reshape(shape, name="place")(ops.sigmoid(map_))
        outputs["features"] = trained.get_layer(FEATURES).output
    else:
        outputs["map"] = _grad_cam(trained)
    return keras.Model(trained.input, outputs, name=trained.name)


def _class_scores(trained_outputs: dict[str, Any]) -> Any:
    if CLASSES in trained_outputs:
        return class_scores(trained_outputs[LOGIT], trained_outputs[CLASSES])
    return ops.sigmoid(trained_outputs[LOGIT])


def class_scores(logit: Any, classes: Any) -> Any:
    """Scores (N, C) of the logit of "fractured" (N, 1) and the logits of the classes (N, C), of
    which the first is the normal one."""
    return shared_out(logit, ops.softmax(classes[:, 1:]))


def shared_out(logit: Any, kinds: Any) -> Any:
    """What "fractured" (a logit (N, 1)) has, shared out among its kinds (N, C - 1, sum 1): scores
    (N, C) with sum 1, the normal class first, that never contradict the logit."""
    fractured = ops.sigmoid(logit)
    return ops.concatenate([1 - fractured, fractured * kinds], axis=1)


def _grad_cam(trained: keras.Model) -> Any:
    features = trained.get_layer(FEATURE_MAPS).output
    hidden = trained.get_layer(HIDDEN).output
    channels = int(features.shape[-1])
    weighing = layers.Dense(channels, use_bias=False, name="grad_cam")
    alpha = weighing(ops.cast(ops.greater(hidden, 0.0), "float32"))
    weighing.set_weights([channel_weights(trained)])
    heat = ops.relu(ops.sum(features * ops.reshape(alpha, (-1, 1, 1, channels)), axis=-1))
    return heat / ops.maximum(ops.max(heat, axis=(1, 2), keepdims=True), 1e-7)


def channel_weights(trained: keras.Model) -> NDArray[np.float32]:
    """w2 * M of the formula above, as the kernel (hidden, channels) of a dense layer."""
    _, rows, columns, channels = trained.get_layer(FEATURE_MAPS).output.shape
    first = trained.get_layer(HIDDEN).get_weights()[0]
    second = trained.get_layer(LOGIT).get_weights()[0][:, 0]
    mean = first.reshape(rows * columns, channels, -1).mean(axis=0)
    return np.asarray((mean * second).T, dtype=np.float32)


def round_weights(model: keras.Model) -> None:
    """Round every weight to what 16 bits can hold: what is measured, what Keras loads and what
    LiteRT runs are one."""
    for weight in model.weights:
        weight.assign(np.asarray(weight).astype(np.float16).astype(np.float32))
