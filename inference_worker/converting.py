"""What an operator says about a stranger's .keras or .h5 file, and how it becomes a bundle."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference_worker.bundle import BundleError
from inference_worker.guarded import run_module

SUFFIXES = {".keras", ".h5", ".hdf5"}
SECONDS = 900


@dataclass(frozen=True)
class Wish:
    """What a model file does not say itself.

    `class_names` in the order of its output, `normal` the one without a finding (a single class
    has none); the model takes grey levels from `input_range[0]` (black) to `input_range[1]`.
    """

    name: str
    version: str
    class_names: tuple[str, ...]
    normal: str
    input_size: int | None = None
    input_range: tuple[float, float] = (0.0, 1.0)
    rule_out: float = 0.3
    rule_in: float = 0.7

    @property
    def order(self) -> list[int]:
        """Places in the output, that of the normal class first."""
        first = self.class_names.index(self.normal)
        return [first, *(n for n in range(len(self.class_names)) if n != first)]

    @property
    def sign(self) -> int:
        """1 where a single output speaks for fracture, -1 where for the normal class: it speaks for
        the last name."""
        return -1 if len(self.class_names) == 2 and self.order[0] == 1 else 1

    def written(self) -> str:
        """As JSON, for the process that converts."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def read(cls, text: str) -> Wish:
        values: dict[str, Any] = json.loads(text)
        values["class_names"] = tuple(values["class_names"])
        values["input_range"] = tuple(values["input_range"])
        return cls(**values)


def convert(source: Path, folder: Path, wish: Wish) -> None:
    """Write the model file as a bundle into the empty `folder`, in a process of its own: it needs
    TensorFlow, and a stranger's file gets no access to ours. BundleError, one sentence."""
    if any(importlib.util.find_spec(name) is None for name in ("keras", "tensorflow", "h5py")):
        raise BundleError(
            f"{source.name} must be converted, which needs TensorFlow and Keras: "
            "run `make training` and try again."
        )
    run_module(
        "inference_worker.training.conversion",
        str(source.resolve()),
        str(folder),
        wish.written(),
        about=source.name,
        seconds=SECONDS,
        environment={
            "KERAS_BACKEND": "tensorflow",
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
    )
