"""Bundles and radiographs that the tests of the worker share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import MANIFEST, Manifest, sha256_of
from inference_worker.preprocessing import PREPROCESSING_VERSION

BUNDLES = Path(__file__).resolve().parents[2] / "inference_worker" / "bundles"


def shipped() -> Path:
    """The folder of the bundle that a new platform begins with."""
    return _best(demonstration=False)


def baseline() -> Path:
    """The folder of the demonstration bundle, the floor that a better model must pass."""
    return _best(demonstration=True)


def _best(*, demonstration: bool) -> Path:
    said = {path.parent: json.loads(path.read_text()) for path in BUNDLES.glob(f"*/{MANIFEST}")}
    wanted = [folder for folder in said if said[folder]["demonstration"] == demonstration]
    return max(wanted, key=lambda folder: said[folder]["metrics"]["auc"]["value"])


def titled(folder: Path) -> str:
    """Name and version of the bundle in a folder, as cards write them."""
    manifest = json.loads((folder / MANIFEST).read_text())
    return f"{manifest['name']} {manifest['version']}"


def written_bundle(folder: Path, **changes: Any) -> Path:
    """A bundle that verifies, with bytes that are no weights: enough for what only reads the
    manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.tflite").write_bytes(b"no weights")
    manifest: Manifest = {
        "format": 1,
        "name": "drawn",
        "version": "2",
        "architecture": "none",
        "demonstration": True,
        "input": {"size": 224, "channels": 3},
        "preprocessing_version": PREPROCESSING_VERSION,
        "outputs": ["logit", "class_scores", "map"],
        "class_names": ["fracture"],
        "calibration": {"slope": 2.0, "intercept": -1.0, "prevalence": 0.5},
        "thresholds": {"rule_out": 0.4, "rule_in": 0.6},
        "files": {"model.tflite": sha256_of(folder / "model.tflite")},
        "metrics": {"auc": {"value": 0.7, "low": 0.6, "high": 0.8}},
    }
    content = {**manifest, **changes}
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    return folder


def patterned(height: int, width: int) -> NDArray[np.uint8]:
    """A picture with something at every scale, from integers alone."""
    rows, columns = np.mgrid[0:height, 0:width]
    return ((rows * 3 + columns * 5 + (rows * columns) // 7) % 256).astype(np.uint8)
