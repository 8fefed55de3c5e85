"""Files that are published twice must not lie in two folds, nor teach two labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from inference_worker.training.sources.samples import Sample


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
