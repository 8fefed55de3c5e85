"""A trained network -> the files of a bundle. The only module that needs TensorFlow itself, for its
converter."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import keras
import tensorflow as tf

from inference_worker.bundle import ENGINE_FILES
from inference_worker.training.manifest_file import write_manifest
from inference_worker.training.plain import plain

__all__ = ["write_keras", "write_litert", "write_manifest", "write_weights"]


def write_weights(model: keras.Model, folder: Path) -> None:
    """Write model.keras and model.tflite into `folder`, in plain layers and rounded to 16 bits, so
    that both hold the same numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    model = plain(model)
    write_keras(model, folder / ENGINE_FILES["keras"])
    write_litert(model, folder / ENGINE_FILES["litert"])


def write_keras(model: keras.Model, path: Path) -> None:
    """Save without optimizer, deflated: weights rounded to 16 bits take half the room."""
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / path.name
        model.save(plain, include_optimizer=False)
        with (
            zipfile.ZipFile(plain) as source,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
        ):
            for name in source.namelist():
                # A fixed date: the same weights give the same file.
                entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, source.read(name))


def write_litert(model: keras.Model, path: Path, *, half: bool = True) -> None:
    """Convert for one radiograph at a time: weights kept as 16-bit floats (`half`) or as they are,
    arithmetic in 32 bits."""
    smaller = {
        "optimizations": [tf.lite.Optimize.DEFAULT],
        "target_spec": {"supported_types": [tf.float16]},
    }
    model.export(
        path,
        format="litert",
        verbose=False,
        input_signature=[
            keras.InputSpec(
                dtype="float32", shape=(1, *model.input.shape[1:]), name=model.input.name
            )
        ],
        **(smaller if half else {}),
    )
