"""Open a .keras or .h5 file without loading it, and copy what is harmless of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import h5py

from inference_worker.training.conversion import config
from inference_worker.training.conversion.refusal import RefusedError

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
MOST_BYTES = 2 * 1024**3
MOST_CONFIG_BYTES = 32 * 1024**2


def harmless_copy(source: Path, folder: Path) -> Path:
    """A copy of the model file in `folder` that Keras may load. RefusedError when it is damaged, no
    model, or could do more than compute."""
    if not source.is_file():
        raise RefusedError(f"There is no file {source.name}.")
    if source.stat().st_size > MOST_BYTES:
        raise RefusedError(f"{source.name} is larger than {MOST_BYTES // 1024**3} GiB.")
    return _keras(source, folder) if source.suffix.lower() == ".keras" else _h5(source, folder)


def _keras(source: Path, folder: Path) -> Path:
    name = source.name
    try:
        with zipfile.ZipFile(source) as archive:
            _check_members(archive, name)
            architecture = config.parsed(archive.read(CONFIG), name=name)
            config.check(architecture, name=name)
            weights = folder / WEIGHTS
            with archive.open(WEIGHTS) as packed, weights.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            metadata = archive.read(METADATA)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise RefusedError(
            f"{name} is damaged or no .keras file: save it again with "
            "`model.save('model.keras')` and copy it whole."
        ) from error
    _check_h5(weights, name)
    copy = folder / "model.keras"
    with zipfile.ZipFile(copy, "w") as archive:
        archive.writestr(METADATA, metadata)
        archive.writestr(CONFIG, json.dumps(architecture))
        archive.write(weights, WEIGHTS)
    return copy


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    members = {info.filename: info.file_size for info in archive.infolist()}
    wanted = {CONFIG, WEIGHTS, METADATA}
    if missing := sorted(wanted - set(members)):
        raise RefusedError(
            f"{name} lacks {missing[0]}: save the whole model with `model.save('model.keras')`."
        )
    if others := sorted(set(members) - wanted):
        raise RefusedError(
            f"{name} brings {others[0]!r}, which a plain network does not need, and is refused."
        )
    if sum(members.values()) > MOST_BYTES or members[CONFIG] > MOST_CONFIG_BYTES:
        raise RefusedError(f"{name} unpacks to more than {MOST_BYTES // 1024**3} GiB.")


def _h5(source: Path, folder: Path) -> Path:
    name, copy = source.name, folder / "model.h5"
    shutil.copyfile(source, copy)
    _check_h5(copy, name)
    with h5py.File(copy, "r") as file:
        architecture = file.attrs.get("model_config")
    if architecture is None:
        raise RefusedError(
            f"{name} holds weights without an architecture: save the whole model with "
            "`model.save('model.keras')`."
        )
    config.check(config.parsed(architecture, name=name), name=name)
    return copy


def _check_h5(path: Path, name: str) -> None:
    """HDF5 can point to other files, and declare more than it holds."""
    try:
        with h5py.File(path, "r") as file:
            declared = _declared_bytes(file, name)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise RefusedError(
            f"{name} is damaged or no HDF5 file: save the model again with "
            "`model.save('model.keras')` and copy it whole."
        ) from error
    if declared > MOST_BYTES:
        raise RefusedError(f"{name} declares more than {MOST_BYTES // 1024**3} GiB of weights.")


def _declared_bytes(file: Any, name: str) -> int:
    """The sum over all datasets; every group is entered once, however often it is linked."""
    waiting, seen, declared = [file], set(), 0
    while waiting:
        group = waiting.pop()
        if (address := h5py.h5o.get_info(group.id).addr) in seen:
            continue
        seen.add(address)
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise RefusedError(f"{name} links to another place ({key!r}) and is refused.")
            item = group[key]
            if isinstance(item, h5py.Group):
                waiting.append(item)
            elif isinstance(item, h5py.Dataset):
                if item.external or item.is_virtual or item.dtype.kind == "O":
                    raise RefusedError(f"{name} reads {key!r} from other files and is refused.")
                declared += int(item.nbytes)
    return declared
