"""Files that are published twice must not lie in two folds, nor teach two labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from inference_worker.training.sources.samples import Sample


def join_copies(
    samples: Sequence[Sample], patients: Mapping[str, str] = MappingProxyType({})
) -> list[Sample]:
    """Give the groups of byte-identical files one name, and mark a file that carries two labels as
    contradictory.

    Contradictory files join no groups: nothing is learnt from any of their copies.
    """
    labels: dict[str, set[int]] = {}
    for sample in samples:
        labels.setdefault(sample.sha256, set()).add(sample.label)
    marked = [
        replace(sample, contradictory=sample.contradictory or len(labels[sample.sha256]) > 1)
        for sample in samples
    ]
    joined = _joined(sample for sample in marked if not sample.contradictory)
    return [replace(sample, group=joined.get(sample.group, sample.group)) for sample in marked]


def _joined(samples: Iterable[Sample]) -> dict[str, str]:
    """The common name of every group that shares a file with another."""
    parents: dict[str, str] = {}

    def root_of(group: str) -> str:
        while group in parents:
            group = parents[group]
        return group

    first: dict[str, Sample] = {}
    for sample in samples:
        twin = first.setdefault(sample.sha256, sample)
        here, there = root_of(sample.group), root_of(twin.group)
        if here != there:
            parents[here] = there
    return {group: root_of(group) for group in parents}
