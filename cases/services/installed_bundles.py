"""The folders of the bundles that lie on this machine. Only a look: the worker verifies them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from cases.models import ModelVersion


def find(model: ModelVersion) -> tuple[Path, Mapping[str, str]] | None:
    """The folder that holds the bundle of a model version, and the hashes of its files by name;
    None if none of MODEL_BUNDLE_DIRS does."""
    for folder in settings.MODEL_BUNDLE_DIRS:
        for path in sorted(Path(folder).glob("*/bundle.json")):
            try:
                manifest = json.loads(path.read_text(encoding="utf-8"))
                named = (manifest["name"], manifest["version"]) == (model.name, model.version)
                files = hashes(manifest)
            except (OSError, ValueError, TypeError, KeyError, AttributeError):
                continue  # no bundle; what it is meant to be, its installation says
            if named:
                return path.parent, files
    return None


def hashes(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 of each file of a bundle, as its manifest lists them."""
    return {str(name): str(sha) for name, sha in dict(manifest.get("files", {})).items()}
