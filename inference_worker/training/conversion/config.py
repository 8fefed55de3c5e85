"""Read a model's architecture before Keras does, and refuse what could run code or read files.

Keras has a safe mode of its own; several times it could be got round by a crafted config. So only
what a picture classifier needs is let through: Keras's own layers, without those that hold code or
open files, and its own activation functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from inference_worker.training.conversion.refusal import RefusedError

OURS_TO_TRUST = re.compile(
    r"keras(\.src)?(\.(layers|models|ops|initializers|regularizers|constraints|activations|"
    r"dtype_policies|random|applications)(\.\w+)*)?"
)
CODE = {"lambda", "__lambda__", "tfoplambda", "slicingoplambda"}
OUTSIDE = {"tfsmlayer", "torchmodulewrapper", "jaxlayer", "flaxlayer", "__typespec__"}
VOCABULARIES = {"stringlookup", "integerlookup", "textvectorization", "indexlookup"}
ACTIVATIONS = frozenset(
    re.findall(
        r"\w+",
        "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh "
        "leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu softmax "
        "soft_shrink softplus softsign sparse_plus sparsemax squareplus swish tanh tanh_shrink "
        "threshold",
    )
)


def parsed(text: str | bytes, *, name: str) -> dict[str, Any]:
    """The config as JSON, without what only training needs. RefusedError when it is none."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError(
            f"{name} is damaged: its architecture cannot be read; save it again."
        ) from error
    if not isinstance(config, dict):
        raise RefusedError(f"{name} holds no model; save the whole model, not its weights.")
    for node in nodes(config):
        node.pop("compile_config", None)
    return config


def check(config: dict[str, Any], *, name: str) -> None:
    """RefusedError when any part of a config, however deep, is not a plain part of Keras."""
    for node in nodes(config):
        if "class_name" in node:
            _check_class(node, name)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object in it, outermost first; without recursion, for files may be deep."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _check_class(node: dict[str, Any], name: str) -> None:
    kind, module = str(node["class_name"]), node.get("module")
    shown = _shown(node)
    if kind.lower() in CODE:
        raise RefusedError(
            f"{name} holds the Lambda layer {shown}, which is code of its own and is refused: "
            "build the model without Lambda layers and save it again."
        )
    if kind.lower() in OUTSIDE | VOCABULARIES:
        raise RefusedError(
            f"{name} holds the layer {shown} ({kind}), which loads code or files from outside and "
            "is refused: build the model without it and save it again."
        )
    if kind == "function":
        _check_function(node, name)
    elif module is not None and not OURS_TO_TRUST.fullmatch(str(module)):
        raise RefusedError(_custom(name, f"{module}.{kind}"))
    if ">" in str(node.get("registered_name") or ""):
        raise RefusedError(_custom(name, str(node["registered_name"])))


def _check_function(node: dict[str, Any], name: str) -> None:
    module, function = node.get("module"), node.get("config")
    own = module in {None, "builtins"} or OURS_TO_TRUST.fullmatch(str(module))
    if not own or function not in ACTIVATIONS:
        raise RefusedError(_custom(name, f"{module}.{function}"))


def _custom(name: str, part: str) -> str:
    return (
        f"{name} needs {part}, which is not a plain part of Keras, and is refused: "
        "build the model from Keras's own layers and activations and save it again."
    )


def _shown(node: dict[str, Any]) -> str:
    config = node.get("config")
    inner = config.get("name") if isinstance(config, dict) else None
    return repr(str(node.get("name") or inner or "without a name"))
