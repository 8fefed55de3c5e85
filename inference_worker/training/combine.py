"""The command `combine`: bundles that were scored on the same folds -> one bundle whose answer is
the mean of theirs, with the figures of the mean of their out-of-fold scores."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inference_worker.bundle import Bundle, BundleError, Manifest, load_bundle
from inference_worker.training import score_report, scores
from inference_worker.training.manifest_file import write_manifest
from inference_worker.training.scores import Scores

SHARED = ("class_names", "normal_class", "preprocessing_version", "input_channels")
"""What members must have in common."""


def add_combine(command: ArgumentParser) -> None:
    """Options of `combine`."""
    command.add_argument(
        "--bundle", type=Path, action="append", required=True, help="a member; twice or more"
    )
    command.add_argument("--out", type=Path, required=True, help="folder that gets the bundle")
    command.add_argument("--name", required=True, help="name of the bundle")
    command.add_argument("--bundle-version", default="1", help="version of the bundle (1)")
    command.add_argument(
        "--note", action="append", default=[], help="a sentence for the card's limits; repeatable"
    )


def combine(options: Namespace) -> Path:
    """Run `combine`; the folder of the new bundle.

    Raises:
        ValueError: the members do not fit together; one sentence says why.
    """
    members = [load_bundle(path) for path in options.bundle]
    _check(members)
    pooled = mean_of([(_scores(member), member) for member in members])
    folder: Path = options.out / f"{options.name}-{options.bundle_version}"
    outputs = _write_weights(members, folder)
    manifest = _manifest(members, options, outputs)
    prevalence = members[0].calibration.prevalence
    made = score_report.evaluated(pooled, prevalence=prevalence, beside=options.bundle)
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
                f"{bundle.path.name} was not scored on the same radiographs in the same folds."
            )
    logits = [s.logits * b.calibration.slope + b.calibration.intercept for s, b in members]
    said = [s.class_scores for s, _ in members if s.class_scores is not None]
    return replace(
        first,
        logits=np.mean(logits, axis=0),
        class_scores=np.mean(said, axis=0) if said else None,
    )


def _check(members: Sequence[Bundle]) -> None:
    if len(members) < 2:
        raise ValueError("A mean needs two bundles or more: give --bundle again.")
    for name in SHARED:
        values = [getattr(member, name) for member in members]
        if any(value != values[0] for value in values):
            raise ValueError(f"The bundles differ in {name}: {', '.join(map(str, values))}.")


def _scores(bundle: Bundle) -> Scores:
    path = bundle.path / score_report.SCORES
    if not path.is_file():
        raise BundleError(f"{bundle.path.name} has no {path.name}: it was not cross-validated.")
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
        loaded.append(Member(model, member.calibration))
    network = together(loaded)
    write_weights(network, folder)
    return list(network.output)


def _manifest(members: Sequence[Bundle], options: Namespace, outputs: list[str]) -> Manifest:
    # The map is that of the member with the largest input, and is meant as that member's.
    finest = max(members, key=lambda member: member.input_size)
    manifest: dict[str, Any] = {
        **{
            key: finest.manifest[key]  # type: ignore[literal-required]
            for key in (
                "format",
                "demonstration",
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
        "outputs": outputs,
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
            *options.note,
        ],
    }
    return manifest  # type: ignore[return-value]


def _training(members: Sequence[Bundle], options: Namespace) -> dict[str, Any]:
    each = [member.manifest["training"] for member in members]
    named = [f"{member.name} {member.version}" for member in members]
    bundles = " ".join(f"--bundle DIR/{m.name}-{m.version}" for m in members)
    put_together = (
        f"python -m inference_worker.training combine {bundles} --out DIR "
        f"--name {options.name} --bundle-version {options.bundle_version}"
    )
    return {
        "command": " && ".join([*(one["command"] for one in each), put_together]),
        "description": f"The mean of {len(members)} networks, {' and '.join(named)}, each through "
        "its own calibration; nothing was fitted to put them together. "
        + " ".join(f"{name}: {one['description']}" for name, one in zip(named, each, strict=True)),
        "parameters": sum(one.get("parameters", 0) for one in each),
        "seconds": sum(one.get("seconds", 0) for one in each),
        "date": max(one["date"] for one in each),
        "hardware": "; ".join(dict.fromkeys(one["hardware"] for one in each)),
        "seed": each[0]["seed"],
        "versions": each[-1]["versions"],
    }
