"""The end of a stranger's network: from its last feature maps to its classes.

Where it is an average or a flattening, then dense layers (the usual ends), Grad-CAM is a plain
forward output, as in `training.forward`: the gradient runs back through the dense layers as
products with their transposed kernels, switched off where a ReLU was, and is averaged over the
positions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import layers

PASSING = (layers.Dropout, layers.GaussianDropout, layers.GaussianNoise, layers.AlphaDropout)
OUTPUT_ACTIVATIONS = {"linear", "sigmoid", "softmax"}


@dataclass
class Head:
    """What was found, from the output backwards.

    `last` is the dense layer of the classes and `entry` the tensor (N, F) that it takes; `steps`
    are ("dense", layer) or ("relu", tensor after it), `features` the maps (N, h, w, K), None where
    the way back to them is not one of the usual ones; `flattened` says that positions were kept
    apart.
    """

    last: Any
    entry: Any
    steps: list[tuple[str, Any]] = field(default_factory=list)
    features: Any = None
    flattened: bool = False


def find(model: keras.Model) -> Head | None:
    """The head of a model with one output; None when its end is no dense layer."""
    operation, taken = _made_by(model.outputs[0])
    if _is_last_activation(operation):
        operation, taken = _made_by(taken)
    if not isinstance(operation, layers.Dense) or _activation(operation) not in OUTPUT_ACTIVATIONS:
        return None
    head = Head(operation, taken)
    _go_back(head)
    return head


def _is_last_activation(operation: Any) -> bool:
    """A layer that only turns logits into probabilities."""
    if isinstance(operation, layers.Dense):
        return False
    return isinstance(operation, layers.Softmax) or _activation(operation) in {"sigmoid", "softmax"}


def _go_back(head: Head) -> None:
    tensor = head.entry
    while tensor is not None:
        operation, taken = _made_by(tensor)
        if isinstance(operation, (layers.GlobalAveragePooling2D, layers.Flatten)):
            head.flattened = isinstance(operation, layers.Flatten)
            # A ReLU on what was flattened keeps positions apart, which a mean over them cannot.
            apart = head.flattened and head.steps and head.steps[-1][0] == "relu"
            if len(taken.shape) == 4 and not apart:
                head.features = taken
            return
        if not _noted(head, operation, tensor):
            return
        tensor = taken


def _noted(head: Head, operation: Any, tensor: Any) -> bool:
    """Note a step of which the gradient is known; False for any other."""
    if isinstance(operation, PASSING):
        return True
    activation = _activation(operation)
    if activation not in {"linear", "relu"}:
        return False
    if activation == "relu":
        head.steps.append(("relu", tensor))
    if isinstance(operation, layers.Dense):
        head.steps.append(("dense", operation))
    return True


def _made_by(tensor: Any) -> tuple[Any, Any]:
    """The layer that gave this tensor and the one tensor that it took; None for each where it took
    several or none."""
    history = tensor._keras_history
    if history.operation is None:
        return None, None
    taken = history.operation._inbound_nodes[history.node_index].input_tensors
    return (history.operation, taken[0]) if len(taken) == 1 else (None, None)


def _activation(operation: Any) -> str | None:
    """The name of what a Dense, Activation or ReLU layer applies; None for other layers."""
    if isinstance(operation, layers.ReLU):
        plain = (operation.max_value, operation.negative_slope, operation.threshold)
        return "relu" if plain in {(None, 0, 0), (None, None, None)} else None
    if isinstance(operation, (layers.Dense, layers.Activation)):
        return str(getattr(operation.activation, "__name__", ""))
    return None


def transposed(layer: Any, *, features: Any, flattened: bool) -> Any:
    """The kernel of a dense layer for the way back, (outgoing, incoming); after a flattening the
    mean over positions, (outgoing, channels)."""
    kernel = np.asarray(layer.kernel)
    if flattened:
        _, rows, columns, channels = features.shape
        kernel = kernel.reshape(rows * columns, channels, -1).mean(axis=0)
    return kernel.T
