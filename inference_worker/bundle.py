"""A model on disk: a folder with bundle.json, the weights, and a card that says what was measured.

Nothing in a bundle is believed before its hashes match, and nothing in the code names a particular
bundle.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from inference_worker.manifest import (
    ENGINE_FILES,
    FORMAT,
    MANIFEST,
    OUTPUTS,
    Calibration,
    Manifest,
    MapStyle,
    Thresholds,
    read_calibration,
    read_class_names,
    read_map_style,
    read_normal_class,
    read_thresholds,
    read_word,
)
from inference_worker.preprocessing import PREPROCESSING_VERSIONS

__all__ = ["ENGINE_FILES", "MANIFEST", "OUTPUTS", "Bundle", "BundleError", "Calibration"]
__all__ += ["Manifest", "Thresholds", "find_bundle", "load_bundle", "sha256_of", "weights_sha256"]


class BundleError(Exception):
    """A bundle that must not be used; one sentence says why."""


@dataclass(frozen=True)
class Bundle:
    """A verified bundle.

    `class_names` are those of the scores, in order. With one name it is the score of that finding;
    with several the scores add up to 1 and `normal_class` is the one without a finding.
    `weights_sha256` covers the weights of every engine, for all hold the same numbers.
    """

    path: Path
    name: str
    version: str
    architecture: str
    manifest: Manifest
    input_size: int
    input_channels: int
    class_names: tuple[str, ...]
    normal_class: str | None
    map_style: MapStyle
    thresholds: Thresholds
    calibration: Calibration
    weights_sha256: str
    preprocessing_version: str
    demonstration: bool
    metrics: dict[str, Any]

    def weights(self, engine: str) -> Path:
        """The file that an engine runs; BundleError when the bundle has none for it."""
        name = ENGINE_FILES.get(engine)
        if name is None:
            raise BundleError(f"There is no engine {engine!r}: choose {' or '.join(ENGINE_FILES)}.")
        if name not in self.manifest["files"]:
            raise BundleError(f"{self.path.name} holds no {name}, which the engine {engine} needs.")
        return self.path / name


def load_bundle(path: Path) -> Bundle:
    """Read and verify the bundle in the folder `path`: hashes, versions, thresholds; BundleError
    otherwise."""
    manifest = _read(path)
    try:
        return _checked(path, manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"{path / MANIFEST} is incomplete or has a wrong value: {error}."
        ) from error


def find_bundle(name: str, version: str, folders: Sequence[Path]) -> Path:
    """The folder of the bundle with this name and version, in the first of `folders` that has it.
    Not yet verified."""
    for folder in folders:
        for manifest_path in sorted(folder.glob(f"*/{MANIFEST}")):
            try:
                manifest = _read(manifest_path.parent)
            except BundleError:
                continue
            if (manifest.get("name"), manifest.get("version")) == (name, version):
                return manifest_path.parent
    raise BundleError(f"No bundle {name} {version} is installed here.")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def weights_sha256(files: Mapping[str, str]) -> str:
    """One hash for the weights: over the sorted names and hashes of the engines' files."""
    held = sorted(name for name in ENGINE_FILES.values() if name in files)
    return hashlib.sha256("".join(f"{name} {files[name]}\n" for name in held).encode()).hexdigest()


def _read(path: Path) -> Manifest:
    try:
        content = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise BundleError(
            f"{path} is no bundle: it has no readable {MANIFEST}; name the folder with one."
        ) from error
    except ValueError as error:
        raise BundleError(f"{path / MANIFEST} is not valid JSON.") from error
    if not isinstance(content, dict):
        raise BundleError(f"{path / MANIFEST} is not a JSON object.")
    return cast("Manifest", content)


def _checked(path: Path, manifest: Manifest) -> Bundle:
    _check_versions(path, manifest)
    _check_files(path, manifest["files"])
    size, channels = int(manifest["input"]["size"]), int(manifest["input"]["channels"])
    if not (16 <= size <= 4096 and channels in {1, 3}):
        raise ValueError(f"input {size} x {size} x {channels}")
    return Bundle(
        path=path,
        name=read_word(manifest["name"]),
        version=read_word(manifest["version"]),
        architecture=str(manifest["architecture"]),
        manifest=manifest,
        input_size=size,
        input_channels=channels,
        class_names=read_class_names(manifest),
        normal_class=read_normal_class(manifest),
        map_style=read_map_style(manifest.get("map", {})),
        thresholds=read_thresholds(manifest["thresholds"]),
        calibration=read_calibration(manifest["calibration"]),
        weights_sha256=weights_sha256(manifest["files"]),
        preprocessing_version=manifest["preprocessing_version"],
        demonstration=bool(manifest["demonstration"]),
        metrics=dict(manifest["metrics"]),
    )


def _check_versions(path: Path, manifest: Manifest) -> None:
    if manifest["format"] != FORMAT:
        raise BundleError(
            f"{path.name} has format {manifest['format']}; this worker reads {FORMAT}."
        )
    if manifest["preprocessing_version"] not in PREPROCESSING_VERSIONS:
        raise BundleError(
            f"{path.name} was trained with preprocessing {manifest['preprocessing_version']}; "
            f"this worker has {' and '.join(PREPROCESSING_VERSIONS)}: "
            "train it again with this code, or use another model."
        )
    if not set(OUTPUTS) <= set(manifest["outputs"]):
        raise BundleError(f"{path.name} must give the outputs {', '.join(OUTPUTS)}.")
    if not manifest["class_names"]:
        raise BundleError(f"{path.name} names no class.")


def _check_files(path: Path, files: Mapping[str, str]) -> None:
    if not set(files) & set(ENGINE_FILES.values()):
        raise BundleError(f"{path.name} lists no weights.")
    for name, expected in files.items():
        if Path(name).name != name:
            raise BundleError(f"{path.name} lists {name!r}, which is not a plain file name.")
        if (path / name).is_symlink():
            raise BundleError(f"{name} in {path.name} is a link: a bundle holds its own files.")
        try:
            actual = sha256_of(path / name)
        except OSError as error:
            raise BundleError(f"{path.name} lacks the file {name}: copy it whole.") from error
        if actual != expected:
            raise BundleError(
                f"{name} in {path.name} is not the file that was measured (SHA-256 differs): "
                "copy the bundle again."
            )
