"""Several finished networks as one: each sees the radiograph at its own size, and the mean of their
calibrated logits answers. Only Keras's own layers, as a bundle wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from inference_worker.bundle import Calibration
from inference_worker.training.forward import shared_out
from inference_worker.training.networks.fracture_head import FEATURES

TINY = 1e-7


@dataclass(frozen=True)
class Member:
    """A finished network with the outputs of a bundle, and the line that its logit goes through."""

    model: keras.Model
    line: Calibration

    @property
    def size(self) -> int:
        """Side of its input in pixels."""
        return int(self.model.input.shape[1])


def together(members: Sequence[Member]) -> keras.Model:
    """(N, S, S, C) at the largest member's size -> what a bundle gives: the mean of the members'
    calibrated logits, shared out among the classes as the members do on the mean, the map of the
    member with the largest input (the first of several), and all features side by side."""
    size = max(member.size for member in members)
    image = keras.Input((size, size, int(members[0].model.input.shape[-1])), name="radiograph")
    said = []
    for number, member in enumerate(members):
        member.model.name = f"member_{number}"
        said.append(member.model(smaller(image, member.size, name=f"seen_by_{number}")))
    logit = _answer([one["logit"] for one in said], [member.line for member in members])
    several = int(said[0]["class_scores"].shape[-1]) > 1
    outputs = {
        "logit": logit,
        "class_scores": of_classes(logit, [s["class_scores"] for s in said])
        if several
        else ops.sigmoid(logit),
        "map": said[max(range(len(members)), key=lambda number: members[number].size)]["map"],
    }
    if all(FEATURES in one for one in said):
        outputs[FEATURES] = layers.Concatenate(name="all_features")([s[FEATURES] for s in said])
    return keras.Model(image, outputs, name="together")


def of_classes(logit: Any, said: Sequence[Any]) -> Any:
    """Scores (N, C) that agree with the logit (N, 1) of all, from those of the members, (N, C)
    each."""
    kinds = [one[:, 1:] for one in said]
    shares = [one / ops.maximum(ops.sum(one, axis=1, keepdims=True), TINY) for one in kinds]
    return shared_out(logit, sum(shares[1:], start=shares[0]) / len(shares))


def smaller(image: Any, size: int, *, name: str) -> Any:
    """(N, S, S, C) -> (N, size, size, C), each pixel the mean of the area that it covers, as OpenCV
    shrinks pictures; as two products with a constant matrix, which every runtime has."""
    large = int(image.shape[1])
    if large == size:
        return image
    kernel = shares(large, size)
    turned = layers.Permute((3, 1, 2), name=f"{name}_channels_first")(image)
    for side in ("columns", "rows"):
        shrink = layers.Dense(size, use_bias=False, trainable=False, name=f"{name}_{side}")
        turned = shrink(turned)
        shrink.set_weights([kernel])
        turned = layers.Permute((1, 3, 2), name=f"{name}_{side}_last")(turned)
    return layers.Permute((2, 3, 1), name=f"{name}_channels_last")(turned)


def shares(large: int, small: int) -> NDArray[np.float32]:
    """(large, small): the share of each small pixel that every large one gives."""
    step = large / small
    begins = np.arange(small) * step
    pixels = np.arange(large)[:, np.newaxis]
    covered = np.minimum(pixels + 1, begins + step) - np.maximum(pixels, begins)
    return (np.clip(covered, 0, None) / step).astype(np.float32)


def _answer(logits: Sequence[Any], lines: Sequence[Calibration]) -> Any:
    """The mean of the logits, each (N, 1) through its line, as one small dense layer.

    Written as products and sums, a converter would fold each line into the layer before it and
    round again: two members then were up to .0012 of a logit apart between the engines.
    """
    mean = layers.Dense(1, trainable=False, name="mean_of_lines")
    answer = mean(layers.Concatenate(name="logits")(logits))
    slopes = [[line.slope / len(lines)] for line in lines]
    intercept = sum(line.intercept for line in lines) / len(lines)
    mean.set_weights([np.array(slopes, np.float32), np.array([intercept], np.float32)])
    return answer
