"""Files that are published twice must not lie in two folds, nor teach two labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from inference_worker.training.sources.samples import Sample

START = 2048
"""Bytes that tell most files apart."""


def join_copies(
    samples: Sequence[Sample], patients: Mapping[str, str] | None = None
) -> list[Sample]:
    """Give the groups of byte-identical files, and of files that `patients` (by file name) gives to
    one patient, one name; mark a file that carries two labels as contradictory.

    Contradictory files join no groups: nothing is learnt from any of their copies.
    """
    labels: dict[str, set[int]] = {}
    for sample in samples:
        labels.setdefault(sample.sha256, set()).add(sample.label)
    marked = [
        replace(sample, contradictory=sample.contradictory or len(labels[sample.sha256]) > 1)
        for sample in samples
    ]
    keys = [
        (key, sample.group)
        for sample in marked
        if not sample.contradictory
        for key in (f"file {sample.sha256}", (patients or {}).get(sample.path.name))
        if key is not None
    ]
    joined = _joined(keys)
    return [replace(sample, group=joined.get(sample.group, sample.group)) for sample in marked]


def follow_whole(samples: Sequence[Sample]) -> list[Sample]:
    """Give a truncated file the group of the whole one that begins with the same bytes, and mark it
    as contradictory where that one has another label.

    In FracAtlas nearly every truncated file is such a piece of another, and some are called normal
    while the whole one has its fracture outlined: the whole one is believed.
    """
    pieces = {sample.id: sample for sample in samples if "truncated" in sample.tags}
    if not pieces:
        return list(samples)
    starts: dict[bytes, list[Sample]] = {}
    for sample in samples:
        if sample.id not in pieces:
            starts.setdefault(_start(sample.path), []).append(sample)
    wholes = {
        piece.id: _whole_of(piece, starts.get(_start(piece.path), [])) for piece in pieces.values()
    }
    return [_following(sample, wholes.get(sample.id)) for sample in samples]


def _following(piece: Sample, whole: Sample | None) -> Sample:
    if whole is None:
        return piece
    contradictory = piece.contradictory or piece.label != whole.label
    return replace(piece, group=whole.group, contradictory=contradictory)


def _whole_of(piece: Sample, candidates: Sequence[Sample]) -> Sample | None:
    data = piece.path.read_bytes()
    return next((whole for whole in candidates if whole.path.read_bytes().startswith(data)), None)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(START)


def _joined(keys: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The common name of every group that shares a key with another; `keys` are (key, group)."""
    parents: dict[str, str] = {}

    def root_of(group: str) -> str:
        while group in parents:
            group = parents[group]
        return group

    first: dict[str, str] = {}
    for key, group in keys:
        here, there = root_of(group), root_of(first.setdefault(key, group))
        if here != there:
            parents[here] = there
    return {group: root_of(group) for group in parents}
