"""A stranger's classifier -> the network that a bundle runs: logit, class scores, map, features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from inference_worker.converting import Wish
from inference_worker.training.conversion import head as heads
from inference_worker.training.conversion.refusal import RefusedError

SMALLEST = 1e-7
"""A probability nearer to 0 or 1 says no more than this."""


@dataclass(frozen=True)
class Serving:
    """The network; its input; `found` says in sentences what was taken for granted."""

    model: keras.Model
    size: int
    channels: int
    found: list[str]


def serving_model(model: keras.Model, wish: Wish, *, name: str) -> Serving:
    """Build the outputs of a bundle behind the loaded model. RefusedError when its input or output
    does not fit."""
    size, channels = _input(model, wish, name)
    _check_output(model, wish, name)
    head = heads.find(model)
    radiograph = keras.Input((size, size, channels), name="radiograph")
    low, high = wish.input_range
    scaled = layers.Rescaling(high - low, low, name="to_its_range")(radiograph)
    if head is None:
        logits, found = _from_scores(model, scaled, wish)
        outputs = _answers(logits, wish)
        outputs["map"] = ops.zeros_like(radiograph[:, ::8, ::8, 0])
        found.append("Its last layers are none of which a map is made: it shows none.")
        return Serving(keras.Model(radiograph, outputs, name="imported"), size, channels, found)
    wanted = [head.entry, *(tensor for kind, tensor in head.steps if kind == "relu")]
    wanted += [] if head.features is None else [head.features]
    inner = keras.Model(model.inputs, wanted, name="network")
    tensors = inner(scaled)
    entry, *masks = tensors if isinstance(tensors, (list, tuple)) else [tensors]
    last = _dense(*_last_weights(head, wish), name="class_logits")
    logits = last(ops.cast(entry, "float32"))
    outputs = {**_answers(logits, wish), "features": ops.cast(entry, "float32")}
    if head.features is None:
        outputs["map"] = ops.zeros_like(radiograph[:, ::8, ::8, 0])
        found = ["Its last layers are none of which a map is made: it shows none."]
    else:
        outputs["map"] = _map(head, _slope(logits), last, masks)
        found = ["Its map is Grad-CAM of its last feature maps."]
    return Serving(keras.Model(radiograph, outputs, name="imported"), size, channels, found)


def _input(model: keras.Model, wish: Wish, name: str) -> tuple[int, int]:
    """Side and channels of the input. RefusedError."""
    count = len(model.inputs or []) if model.built else 0
    if count != 1:
        raise RefusedError(
            f"{name} takes {count} inputs; a classifier of radiographs takes one image of a known "
            "shape: begin the model with one `keras.Input`."
        )
    shape = model.inputs[0].shape
    if len(shape) != 4 or shape[3] not in {1, 3}:
        raise RefusedError(
            f"{name} takes an input of shape {shape}; radiographs are (batch, side, side, 1 or 3)."
        )
    sides = {side for side in shape[1:3] if side is not None}
    if len(sides) > 1:
        raise RefusedError(f"{name} takes images of {shape[1]} x {shape[2]}; they must be square.")
    if not sides and wish.input_size is None:
        raise RefusedError(f"{name} takes images of any size: name one with --input-size.")
    if sides and wish.input_size not in {None, *sides}:
        raise RefusedError(
            f"{name} takes images of {next(iter(sides))} pixels a side, not {wish.input_size}: "
            "leave --input-size out."
        )
    return int(wish.input_size or sides.pop()), int(shape[3])


def _check_output(model: keras.Model, wish: Wish, name: str) -> None:
    count = len(wish.class_names)
    shape = model.outputs[0].shape if len(model.outputs) == 1 else None
    fitting = {count} if count > 2 else {1, count}
    if shape is None or len(shape) != 2 or shape[1] not in fitting:
        gives = f"outputs of shape {shape}" if shape else f"{len(model.outputs)} outputs"
        raise RefusedError(
            f"{name} gives {gives}, which does not fit the {count} class name(s) "
            f"{', '.join(wish.class_names)}: give --classes in the order of its output."
        )


def _answers(logits: Any, wish: Wish) -> dict[str, Any]:
    """Class logits (N, C), the normal one first, or (N, 1) -> logit and class scores."""
    if logits.shape[-1] == 1:
        return {"logit": logits, "class_scores": ops.sigmoid(logits)}
    others = ops.logsumexp(logits[:, 1:], axis=-1, keepdims=True)
    logit = others - logits[:, :1]
    if len(wish.class_names) == 2:
        return {"logit": logit, "class_scores": ops.sigmoid(logit)}
    return {"logit": logit, "class_scores": ops.softmax(logits)}


def _slope(logits: Any) -> Any:
    """The gradient of the logit with respect to the class logits."""
    if logits.shape[-1] == 1:
        return ops.ones_like(logits)
    normal, others = ops.ones_like(logits[:, :1]), logits[:, 1:]
    shares = ops.softmax(others) if others.shape[-1] > 1 else ops.ones_like(others)
    return ops.concatenate([-normal, shares], axis=-1)


def _last_weights(head: heads.Head, wish: Wish) -> tuple[Any, Any]:
    """Kernel and bias of the class logits, the normal class first; a single one speaks for
    fracture."""
    kernel = np.asarray(head.last.kernel)
    bias = np.zeros(kernel.shape[1]) if head.last.bias is None else np.asarray(head.last.bias)
    if kernel.shape[1] == 1:
        return kernel * wish.sign, bias * wish.sign
    return kernel[:, wish.order], bias[wish.order]


def _map(head: heads.Head, slope: Any, last: Any, masks: list[Any]) -> Any:
    """Grad-CAM (N, h, w), scaled to its peak."""
    *masks, features = masks
    waiting = iter(masks)
    kinds = [("dense", last), *head.steps]
    final = max(place for place, (kind, _) in enumerate(kinds) if kind == "dense")
    gradient = slope
    for place, (kind, layer) in enumerate(kinds):
        if kind == "relu":
            gradient = gradient * ops.cast(ops.greater(next(waiting), 0.0), "float32")
            continue
        flattened = head.flattened and place == final
        kernel = heads.transposed(layer, features=features, flattened=flattened)
        gradient = _dense(kernel, None, name=f"back_{place}")(gradient)
    weights = ops.reshape(gradient, (-1, 1, 1, int(features.shape[-1])))
    heat = ops.relu(ops.sum(ops.cast(features, "float32") * weights, axis=-1))
    return heat / ops.maximum(ops.max(heat, axis=(1, 2), keepdims=True), 1e-7)


def _from_scores(model: keras.Model, scaled: Any, wish: Wish) -> tuple[Any, list[str]]:
    """Class logits of a model whose end is unknown, from what it gives; probabilities are told by
    their range on noise."""
    scores = ops.cast(model(scaled), "float32")
    low, high = wish.input_range
    shape = (4, *(int(side) for side in scaled.shape[1:]))
    noise = np.random.default_rng(3).uniform(low, high, shape).astype(np.float32)
    given = np.asarray(model.predict_on_batch(noise), dtype=np.float32)
    count = given.shape[1]
    likely = given.min() >= 0 and given.max() <= 1
    likely &= count == 1 or bool(np.allclose(given.sum(axis=1), 1, atol=1e-3))
    if likely:
        kept = ops.clip(scores, SMALLEST, 1 - SMALLEST)
        scores = ops.log(kept) - (ops.log(1 - kept) if count == 1 else 0)
    order = np.array([[wish.sign]]) if count == 1 else np.eye(count)[:, wish.order]
    kind = "probabilities" if likely else "logits"
    return _dense(order, None, name="class_logits")(scores), [f"Its outputs were taken for {kind}."]


def _dense(kernel: Any, bias: Any, *, name: str) -> Any:
    """A dense layer that holds these numbers."""
    layer = layers.Dense(kernel.shape[1], use_bias=bias is not None, name=name, dtype="float32")
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel] if bias is None else [kernel, bias])
    return layer
