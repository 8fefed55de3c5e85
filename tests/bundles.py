"""Bundles on disk for model versions that are only rows."""

import json
from pathlib import Path

from cases.models import ModelVersion


def place_bundle(model: ModelVersion, folder: Path) -> Path:
    """Write the manifest of a model version, and its files as far as it lists any, into `folder`,
    which is to be one of MODEL_BUNDLE_DIRS."""
    path = folder / f"{model.name}-{model.version}"
    path.mkdir(parents=True)
    manifest = {**model.manifest, "name": model.name, "version": model.version}
    (path / "bundle.json").write_text(json.dumps(manifest))
    for name in manifest.get("files", {}):
        (path / name).write_bytes(b"weights")
    return path
