"""A point to go on from: weights and the optimizer's variables, whichever backend wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


def save(path: Path, model: keras.Model, *, epoch: int) -> None:
    """Write at once: a run that is killed while writing keeps the point before."""
    kept: dict[str, Any] = {"epoch": np.array(epoch)}
    kept |= {f"w{i}": np.asarray(w) for i, w in enumerate(_held(model))}
    kept |= {f"o{i}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
    fresh = path.with_suffix(".new.npz")
    np.savez(fresh, **kept)
    fresh.replace(path)


def epoch_of(path: Path) -> int:
    """Epochs behind the point; 0 where there is none."""
    if not path.is_file():
        return 0
    with np.load(path) as kept:
        return int(kept["epoch"])


def restore(path: Path, model: keras.Model, *, optimizer: bool) -> None:
    """Put weights, and the optimizer's variables, back."""
    with np.load(path) as kept:
        for i, weight in enumerate(_held(model)):
            weight.assign(kept[f"w{i}"])
        if optimizer:
            model.optimizer.build(model.trainable_variables)
            for i, variable in enumerate(model.optimizer.variables):
                variable.assign(kept[f"o{i}"])


def _held(model: keras.Model) -> list[Any]:
    """Weights, and what else its layers hold: the state of dropout's random numbers."""
    return [variable for layer in model.layers for variable in layer.variables]


def averages(model: keras.Model) -> list[NDArray[Any]]:
    """The moving averages of the trained variables, in their order."""
    return [np.asarray(value) for value in model.optimizer._model_variables_moving_average]


def write_weights(path: Path, model: keras.Model) -> None:
    """The averaged weights, as the finished network has them, in order."""
    trained = {id(v): a for v, a in zip(model.trainable_variables, averages(model), strict=True)}
    values = [trained.get(id(w), np.asarray(w)) for w in model.weights]
    fresh = path.with_suffix(".new.npz")
    np.savez(fresh, *values)
    fresh.replace(path)


def read_weights(path: Path, model: keras.Model) -> None:
    """Give a model of the same architecture, of any input size, what `write_weights` kept."""
    with np.load(path) as kept:
        for i, weight in enumerate(model.weights):
            weight.assign(kept[f"arr_{i}"])
