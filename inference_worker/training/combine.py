"""The command `combine`: bundles that were scored on the same folds -> one bundle whose answer is
the mean of theirs, with the figures of the mean of their out-of-fold scores."""

from __future__ import annotations

import shlex
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Bundle, BundleError, Calibration, Manifest, load_bundle
from inference_worker.manifest import read_word
from inference_worker.training import score_report, scores
from inference_worker.training.manifest_file import write_manifest
from inference_worker.training.scores import Scores

SHARED = ("class_names", "normal_class", "preprocessing_version", "input_channels")
"""What members must have in common, beside the prevalence that their probabilities are for."""
TOLD = ("command", "description", "date", "hardware", "seed", "versions")
"""What a member's manifest must tell of its training, for the card."""


def add_combine(command: ArgumentParser) -> None:
    """Options of `combine`."""
    command.add_argument(
        "--bundle", type=Path, action="append", required=True, help="a member; twice or more"
    )
    command.add_argument("--out", type=Path, required=True, help="folder that gets the bundle")
    command.add_argument("--name", required=True, help="name of the bundle")
    command.add_argument("--bundle-version", default="1", help="version of the bundle (1)")
    command.add_argument(
        "--beside", type=Path, action="append", default=[], help="bundle to compare; repeatable"
    )
    command.add_argument(
        "--note", action="append", default=[], help="a sentence for the card's limits; repeatable"
    )


def combine(options: Namespace) -> Path:
    """Run `combine`; the folder of the new bundle. Nothing is written before everything fits.

    Raises:
        ValueError: the members do not fit together.
        BundleError: one of them cannot be used, or was not cross-validated.
    """
    members = [load_bundle(path) for path in options.bundle]
    folder: Path = options.out / f"{read_word(options.name)}-{read_word(options.bundle_version)}"
    _check(members, folder)
    pooled = mean_of([(_scores(member), member) for member in members])
    manifest = _manifest(members, options)
    prevalence = members[0].calibration.prevalence
    others = [*options.bundle, *options.beside]
    made = score_report.evaluated(pooled, prevalence=prevalence, beside=others)
    manifest["outputs"] = _write_weights(members, folder)
    write_manifest(folder, manifest)
    score_report.complete(folder, pooled, made)
    return folder


def mean_of(members: Sequence[tuple[Scores, Bundle]]) -> Scores:
    """The mean of the members' calibrated logits, radiograph by radiograph; ValueError unless all
    scored the same ones in the same folds."""
    first = members[0][0]
    for other, bundle in members[1:]:
        if any(
            not np.array_equal(getattr(first, name), getattr(other, name))
            for name in ("ids", "folds", "labels", "groups")
        ):
            raise ValueError(
                f"{bundle.path.name} was not scored on the same radiographs in the same folds: "
                "cross-validate it with the same data and --seed."
            )
    lines = [(s.logits, line_of(b)) for s, b in members]
    logits = [said * line.slope + line.intercept for said, line in lines]
    mean = np.mean(logits, axis=0)
    said = [s.class_scores for s, _ in members if s.class_scores is not None]
    return replace(first, logits=mean, class_scores=_class_scores(mean, said) if said else None)


def _class_scores(logits: NDArray[np.float64], said: list[NDArray[Any]]) -> NDArray[np.float64]:
    import keras

    from inference_worker.training.networks.together import of_classes

    shared = of_classes(logits[:, np.newaxis], said)
    return np.asarray(keras.ops.convert_to_numpy(shared), dtype=np.float64)


def line_of(bundle: Bundle) -> Calibration:
    """A member's line, rounded to what 16 bits can hold as all of a bundle's numbers are: the
    scores, Keras and LiteRT then put the same one through."""
    slope, intercept = (
        float(np.float16(number))
        for number in (bundle.calibration.slope, bundle.calibration.intercept)
    )
    return replace(bundle.calibration, slope=slope, intercept=intercept)


def _check(members: Sequence[Bundle], folder: Path) -> None:
    if len({member.weights_sha256 for member in members}) < max(2, len(members)):
        raise ValueError("A mean needs two different bundles or more: give --bundle for each.")
    if folder.exists():
        raise ValueError(f"{folder} is there already: choose another --name or --bundle-version.")
    shared = {name: [getattr(member, name) for member in members] for name in SHARED}
    shared["prevalence"] = [member.calibration.prevalence for member in members]
    for name, values in shared.items():
        if any(value != values[0] for value in values):
            raise ValueError(
                f"The bundles differ in {name} ({', '.join(map(str, values))}): "
                "only bundles that answer the same question can be put together."
            )
    for member in members:
        missing = [name for name in TOLD if name not in member.manifest.get("training", {})]
        if missing:
            raise BundleError(
                f"{member.path.name} does not tell the {missing[0]} of its training: "
                "make it with `train`, after `crossval`."
            )


def _scores(bundle: Bundle) -> Scores:
    path = bundle.path / score_report.SCORES
    if not path.is_file():
        raise BundleError(
            f"{bundle.path.name} has no {path.name}, for it was not cross-validated: "
            "make it with `crossval` and `train`."
        )
    return scores.read(path)


def _write_weights(members: Sequence[Bundle], folder: Path) -> list[str]:
    import keras

    from inference_worker.training.conversion.archive import harmless_copy
    from inference_worker.training.export import write_weights
    from inference_worker.training.networks.together import Member, together

    loaded = []
    for member in members:
        with tempfile.TemporaryDirectory() as scratch:
            copy = harmless_copy(member.weights("keras"), Path(scratch))
            model = keras.saving.load_model(copy, compile=False, safe_mode=True)
        loaded.append(Member(model, line_of(member)))
    network = together(loaded)
    write_weights(network, folder)
    return list(network.output)


def _manifest(members: Sequence[Bundle], options: Namespace) -> Manifest:
    # As in `together`, the map is that of the member with the largest input.
    finest = max(members, key=lambda member: member.input_size)
    manifest: dict[str, Any] = {
        **{
            key: finest.manifest[key]  # type: ignore[literal-required]
            for key in (
                "format",
                "input",
                "preprocessing_version",
                "map",
                "class_names",
                "normal_class",
                "training_data",
                "licence",
            )
            if key in finest.manifest
        },
        "name": options.name,
        "version": options.bundle_version,
        "architecture": " + ".join(member.architecture for member in members),
        "demonstration": any(member.demonstration for member in members),
        "members": [
            {
                "name": member.name,
                "version": member.version,
                "weights_sha256": member.weights_sha256,
                "calibration": member.manifest["calibration"],
                "training": member.manifest["training"],
            }
            for member in members
        ],
        "training": _training(members, options),
        "notes": [
            *dict.fromkeys(note for member in members for note in member.manifest.get("notes", [])),
            *_seen_smaller(members),
            *options.note,
        ],
    }
    return manifest  # type: ignore[return-value]


def _seen_smaller(members: Sequence[Bundle]) -> list[str]:
    largest = max(member.input_size for member in members)
    return [
        f"{member.name} {member.version} was scored on films at {member.input_size} px; here it "
        f"sees the {largest} px picture shrunk to that size."
        for member in members
        if member.input_size < largest
    ]


def _training(members: Sequence[Bundle], options: Namespace) -> dict[str, Any]:
    each = [member.manifest["training"] for member in members]
    named = [f"{member.name} {member.version}" for member in members]
    bundles = " ".join(f"--bundle DIR/{m.name}-{m.version}" for m in members)
    notes = "".join(f" --note {shlex.quote(note)}" for note in options.note)
    put_together = (
        f"python -m inference_worker.training combine {bundles} --out DIR "
        f"--name {options.name} --bundle-version {options.bundle_version}{notes}"
    )
    return {
        "command": " && ".join([*(one["command"] for one in each), put_together]),
        "description": f"The mean of {len(members)} networks, {' and '.join(named)}, each "
        "through the line that was fitted to its own out-of-fold scores; what each counts was not "
        "fitted. "
        + " ".join(f"{name}: {one['description']}" for name, one in zip(named, each, strict=True)),
        "parameters": sum(one.get("parameters", 0) for one in each),
        "seconds": sum(one.get("seconds", 0) for one in each),
        "date": max(one["date"] for one in each),
        "hardware": "; ".join(dict.fromkeys(one["hardware"] for one in each)),
        "seed": each[0]["seed"],
        "versions": each[-1]["versions"],
    }
