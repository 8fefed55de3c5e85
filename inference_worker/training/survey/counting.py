"""How many images there are of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from inference_worker.training.sources.mixing import KIND, REGIONS
from inference_worker.training.sources.samples import Sample

VIEWS = ("frontal", "lateral", "oblique")
TREATMENTS = ("cast", "splint", "metalwork", "treated")
DAMAGE = ("truncated", "uncertain")
MOST_SIZES = 12

Table = dict[str, list[int]]
"""Row name -> images of each class."""


def tables(
    samples: Sequence[Sample],
    sizes: Sequence[tuple[int, int]],
    assigned: Mapping[str, int],
    classes: int,
) -> dict[str, Table]:
    """Counts by label for all that is known of the images. Tags overlap; so their rows do."""

    def count(names_of: Callable[[Sample], Iterable[str]]) -> Table:
        table: Table = {}
        for sample in samples:
            for name in names_of(sample):
                table.setdefault(name, [0] * classes)[sample.label] += 1
        return dict(sorted(table.items()))

    def tagged(names: Sequence[str]) -> Table:
        return count(lambda sample: sorted(sample.tags & set(names)))

    by_id = {sample.id: size for sample, size in zip(samples, sizes, strict=True)}
    common = {name for name, _ in Counter(sizes).most_common(MOST_SIZES)}
    found = {
        "all": count(lambda _: ["images"]),
        "source": count(lambda sample: [sample.source]),
        "region": tagged((*REGIONS, "mixed", "wrist")),
        "view": tagged(VIEWS),
        "treatment": tagged(TREATMENTS),
        "file kind": count(lambda sample: [tag for tag in sample.tags if tag.startswith(KIND)]),
        "pixel size": count(lambda sample: [_size(by_id[sample.id], common)]),
        "not as it should be": count(_faults),
        "fold": count(lambda sample: [f"fold {assigned[sample.id]}"] if assigned else []),
    }
    return {name: table for name, table in found.items() if table}


def groups(samples: Sequence[Sample]) -> dict[str, int]:
    """How many groups there are, and how large they get."""
    sizes = sorted(Counter(sample.group for sample in samples).values())
    return {"groups": len(sizes), "median": sizes[len(sizes) // 2], "largest": sizes[-1]}


def _size(size: tuple[int, int], common: set[tuple[int, int]]) -> str:
    return f"{size[0]} x {size[1]}" if size in common else "other"


def _faults(sample: Sample) -> list[str]:
    marks = {"contradictory": sample.contradictory, "too short": sample.too_short}
    return [name for name, there in marks.items() if there] + sorted(sample.tags & set(DAMAGE))
