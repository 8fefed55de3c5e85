"""Files that are published twice must not lie in two folds, nor teach two labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from inference_worker.training.sources.samples import Sample


def join_copies(
    samples: Sequence[Sample], patients: Mapping[str, str] = MappingProxyType({})
) -> list[Sample]:
    """Give the groups of byte-identical files, and of files that `patients` (by file name) gives to
    one patient, one name; mark a file that carries two labels as contradictory."""
    parents: dict[str, str] = {}

    def root_of(group: str) -> str:
        while group in parents:
            group = parents[group]
        return group

    def join(one: Sample, other: Sample) -> None:
        here, there = root_of(one.group), root_of(other.group)
        if here != there:
            parents[here] = there

    first: dict[str, Sample] = {}
    seen: dict[str, Sample] = {}
    contradicted: set[str] = set()
    for sample in samples:
        twin = first.setdefault(sample.sha256, sample)
        if twin.label != sample.label:
            contradicted.add(sample.sha256)
        join(sample, twin)
        if patient := patients.get(sample.path.name):
            join(sample, seen.setdefault(patient, sample))
    return [
        replace(
            sample,
            group=root_of(sample.group),
            contradictory=sample.contradictory or sample.sha256 in contradicted,
        )
        for sample in samples
    ]
