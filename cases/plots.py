"""Where the plots of a model card are kept, so that every process finds them.

The bundle itself lies on the machines that run it, and the pages may be served by another: a copy
of each plot goes to private storage, under the hash that the manifest has for it.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
SHA256 = re.compile(r"[0-9a-f]{64}")


def stored_names(manifest: Mapping[str, Any]) -> dict[str, str]:
    """By file name in the bundle, the name in private storage of each picture that the manifest
    lists."""
    files = manifest.get("files")
    listed = files.items() if isinstance(files, Mapping) else ()
    return {
        name: f"models/{sha}{suffix}"
        for name, sha in listed
        if (suffix := PurePosixPath(name).suffix.lower()) in TYPES and SHA256.fullmatch(str(sha))
    }


def content_type(name: str) -> str:
    """Of a picture that `stored_names` knows."""
    return TYPES[PurePosixPath(name).suffix.lower()]
