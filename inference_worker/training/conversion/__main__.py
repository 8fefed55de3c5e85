"""`python -m inference_worker.training.conversion SOURCE FOLDER WISH`: see
`inference_worker.converting`."""

from __future__ import annotations

import resource
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from inference_worker.bundle import BundleError, Manifest, load_bundle, sha256_of
from inference_worker.classifier import in_one_line, load_classifier
from inference_worker.converting import Wish
from inference_worker.guarded import refuse
from inference_worker.training.conversion.archive import harmless_copy
from inference_worker.training.conversion.refusal import RefusedError
from inference_worker.trial import tried

KERAS = (3, 15)
"""Older ones ran code, or read files, that a crafted model file named: CVE-2025-1550 (to 3.8),
-8747 and -9906 (to 3.10), -9905 and -49655 (to 3.11.2), -12058 and -12060 (to 3.11),
CVE-2026-0897, -1462 and -1669 (to 3.13.1), and a path out of an archive (to 3.13)."""
MOST_MEMORY = 12 * 1024**3
AGREEMENT = 5e-3
"""Between the logits of the two engines, which hold the same 32-bit weights."""


def main(arguments: list[str]) -> int:
    source, folder, wish = Path(arguments[0]), Path(arguments[1]), Wish.read(arguments[2])
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    try:
        check_keras(version("keras"))
        convert(source, folder, wish)
    except (RefusedError, BundleError) as error:
        return refuse(str(error))
    except MemoryError:
        return refuse(f"{source.name} needs more than {MOST_MEMORY // 1024**3} GiB to be loaded.")
    return 0


def check_keras(installed: str) -> None:
    """RefusedError for a Keras with known holes in its loading."""
    if tuple(int(part) for part in installed.split(".")[:2]) < KERAS:
        raise RefusedError(
            f"Keras {installed} can be made to run code by a crafted model file "
            f"(CVE-2025-9905 and others): {'.'.join(map(str, KERAS))} or newer is needed; "
            "run `make training`."
        )


def convert(source: Path, folder: Path, wish: Wish) -> None:
    """Check, load, convert, write the manifest, and try both engines."""
    with TemporaryDirectory(prefix="conversion-") as scratch:
        model = _loaded(harmless_copy(source, Path(scratch)), source.name)
    # Keras is first imported when the file has been found harmless: that takes long.
    from inference_worker.training.conversion.serving import serving_model
    from inference_worker.training.export import write_keras, write_litert, write_manifest

    serving = serving_model(model, wish, name=source.name)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        write_keras(serving.model, folder / "model.keras")
        write_litert(serving.model, folder / "model.tflite", half=False)
    except Exception as error:
        raise RefusedError(
            f"{source.name} cannot be converted for CPU workers: {in_one_line(error)}."
        ) from error
    manifest = _manifest(source, wish, serving)
    (folder / "MODEL_CARD.md").write_text(_card(manifest), encoding="utf-8")
    write_manifest(folder, manifest)
    _compare(folder, source.name)


def _loaded(path: Path, name: str) -> Any:
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:
        raise RefusedError(
            f"{name} cannot be loaded by Keras {version('keras')}: {in_one_line(error)}."
        ) from error


def _compare(folder: Path, name: str) -> None:
    bundle = load_bundle(folder)
    given = [tried(load_classifier(bundle, engine=engine)) for engine in ("litert", "keras")]
    apart = max(abs(one.logit - other.logit) for one, other in zip(*given, strict=True))
    largest = max(abs(one.logit) for one in given[0])
    if apart > AGREEMENT * max(1.0, largest):
        raise RefusedError(
            f"{name} answers differently after conversion (logits {apart:.3g} apart): "
            "it cannot be used on CPU workers."
        )


def _manifest(source: Path, wish: Wish, serving: Any) -> Manifest:
    several = len(wish.class_names) > 2
    ordered = [wish.class_names[place] for place in wish.order]
    manifest: Manifest = {
        "format": 1,
        "name": wish.name,
        "version": wish.version,
        "architecture": "imported",
        "demonstration": True,
        "input": {"size": serving.size, "channels": serving.channels, "mode": "letterbox, 0..1"},
        "preprocessing_version": "1",
        "outputs": sorted(serving.model.output),
        "class_names": ordered if several else ordered[-1:],
        "map": {"kind": "grad_cam"},
        "calibration": {"slope": 1.0, "intercept": 0.0, "prevalence": 0.5},
        "thresholds": {"rule_out": wish.rule_out, "rule_in": wish.rule_in},
        "training": {
            "imported_from": source.name,
            "sha256": sha256_of(source),
            "input_range": list(wish.input_range),
            "parameters": int(serving.model.count_params()),
            "versions": {"keras": version("keras"), "tensorflow": version("tensorflow")},
        },
        "training_data": {"name": "Not known here.", "licence": "Not known here."},
        "metrics": {},
        "notes": [
            "Not calibrated and not measured here: demonstration only.",
            "Its thresholds were chosen by whoever installed it, not measured.",
            *serving.found,
        ],
    }
    if several:
        manifest["normal_class"] = wish.normal
    return manifest


def _card(manifest: Manifest) -> str:
    classes = ", ".join(manifest["class_names"])
    notes = "\n".join(f"- {note}" for note in manifest["notes"])
    return (
        f"# {manifest['name']} {manifest['version']}\n\n"
        "**Demonstration model, imported from a file. Not a medical device.** Nothing about it was "
        "measured here, and its probabilities are not calibrated.\n\n"
        f"- File: `{manifest['training']['imported_from']}`, SHA-256 "
        f"`{manifest['training']['sha256']}`\n"
        f"- Input: {manifest['input']['size']} pixels a side, {manifest['input']['channels']} "
        f"channel(s), grey levels from {manifest['training']['input_range'][0]:g} to "
        f"{manifest['training']['input_range'][1]:g}\n"
        f"- Scores: {classes}\n"
        f"- Thresholds: below {manifest['thresholds']['rule_out']} no fracture found, above "
        f"{manifest['thresholds']['rule_in']} fracture\n{notes}\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
