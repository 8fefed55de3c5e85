"""bundle.json on disk; apart from the weights, so that a card is made anew without TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

from inference_worker.bundle import MANIFEST, Manifest, sha256_of


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write bundle.json with the hash of every file that lies beside it."""
    others = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST)
    complete: Manifest = {**manifest, "files": {path.name: sha256_of(path) for path in others}}
    text = json.dumps(complete, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
