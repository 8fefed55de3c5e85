"""Small networks of random weights, as bundles: for what any bundle must be able to do.

Import it inside tests alone: it needs Keras.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from inference_worker.bundle import Manifest
from inference_worker.training.export import write_manifest, write_weights
from inference_worker.training.networks.layers import ScaledConv

SIZE = 64


def network(*, classes: int = 1, seed: int = 5, size: int = SIZE) -> keras.Model:
    """Radiographs (N, size, size, 1) -> all four outputs; several classes are soft, the first one
    normal."""
    keras.utils.set_random_seed(seed)
    radiograph = keras.Input((size, size, 1), name="radiograph")
    maps = ScaledConv(8, 3, stride=2, name="first")(radiograph)
    maps = ScaledConv(0, 3, name="second")(maps)
    features = ops.mean(maps, axis=(1, 2)) * 4
    scores = layers.Dense(classes, name="scores")(features)
    place = ops.sigmoid(layers.Conv2D(1, 1, name="place")(maps) * 3)
    outputs = {"map": place[..., 0], "features": features}
    if classes == 1:
        outputs |= {"logit": scores, "class_scores": ops.sigmoid(scores)}
    else:
        others = ops.logsumexp(scores[:, 1:], axis=-1, keepdims=True)
        outputs |= {"logit": others - scores[:, :1], "class_scores": ops.softmax(scores)}
    return keras.Model(radiograph, outputs, name="drawn")


def drawn_bundle(folder: Path, model: keras.Model, **changes: Any) -> Path:
    """The network as a complete bundle; `changes` to the manifest."""
    write_weights(model, folder)
    manifest: Manifest = {
        "format": 1,
        "name": "drawn",
        "version": "1",
        "architecture": "none",
        "demonstration": True,
        "input": {"size": SIZE, "channels": 1},
        "preprocessing_version": "1",
        "outputs": ["logit", "class_scores", "map", "features"],
        "class_names": ["fracture"],
        "map": {"kind": "fracture_probability", "faint": 0.5},
        "calibration": {"slope": 1.0, "intercept": 0.0, "prevalence": 0.5},
        "thresholds": {"rule_out": 0.4, "rule_in": 0.6},
        "metrics": {},
    }
    content: Any = {**manifest, **changes}
    write_manifest(folder, content)
    return folder
