"""`python -m benchmarks.marks`: where a bundle's marks lie on radiographs with outlined fractures.

For every cut of the map: how many of the fractured radiographs have a mark that overlaps an
outline, and how many marks stand on all of them. A model has usually learnt from these very
radiographs; then the figures flatter it, and serve only to choose between cuts.
"""

import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference_worker.answer import NO_FRACTURE_FOUND, answer
from inference_worker.bundle import load_bundle
from inference_worker.classifier import Classifier, load_classifier
from inference_worker.marks import Mark, marks_of
from inference_worker.training.dataset import Sample, read
from inference_worker.training.decode import decode

CUTS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
HEAD = """\
| cut | fractured: with a mark | a mark on the fracture | the first mark on it | marks each \
| marks on a fracture | area of marks | normal: with a mark | marks each |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Seen:
    """One radiograph as the network saw it. `outline` (H, W) is true on its fractures."""

    fractured: bool
    level: str
    map: NDArray[np.float32]
    outline: NDArray[np.bool_]


def chosen(folder: Path, images: int, seed: int) -> list[Sample]:
    """Half of them fractured and outlined, half normal."""
    samples = [one for one in read(folder).samples if not (one.contradictory or one.too_short)]
    by_chance = random.Random(seed)  # noqa: S311  (no secret)
    fractured = [one for one in samples if one.label and one.fractures]
    normal = [one for one in samples if not one.label]
    half = images // 2
    return by_chance.sample(fractured, half) + by_chance.sample(normal, images - half)


def seen(sample: Sample, classifier: Classifier) -> Seen:
    """What the classifier makes of a radiograph, beside its outlines drawn as one mask."""
    grey = decode(sample.path)
    prediction = classifier.classify([grey])[0]
    outline = np.zeros(grey.shape, np.uint8)
    rings = [np.round(np.array(ring)).astype(np.int32) for ring in sample.fractures]
    cv2.fillPoly(outline, rings, 1)
    level = answer(prediction, classifier.bundle).level
    return Seen(bool(sample.label), level, prediction.map, outline.astype(bool))


def on_it(mark: Mark, outline: NDArray[np.bool_]) -> bool:
    """Whether a mark touches an outline anywhere."""
    left, top = int(mark.x), int(mark.y)
    right, bottom = int(np.ceil(mark.x + mark.width)), int(np.ceil(mark.y + mark.height))
    return bool(outline[top:bottom, left:right].any())


def line(cut: float, found: list[Seen]) -> str:
    """A row of the table: only where the level calls for marks at all."""
    told = [
        (one, [on_it(mark, one.outline) for mark in marks], marks)
        for one in found
        for marks in [shown(one, cut)]
    ]
    ill = [(hits, marks, one) for one, hits, marks in told if one.fractured]
    well = [marks for one, _, marks in told if not one.fractured]
    all_marks = [hit for hits, _, _ in ill for hit in hits]
    areas = [mark.width * mark.height / one.outline.size for _, marks, one in ill for mark in marks]
    cells = [
        f"{cut:.2f}",
        share([bool(marks) for _, marks, _ in ill]),
        share([any(hits) for hits, _, _ in ill]),
        share([hits[:1] == [True] for hits, _, _ in ill]),
        f"{np.mean([len(marks) for _, marks, _ in ill]):.2f}",
        share(all_marks),
        f"{100 * np.median(areas):.1f} %" if areas else "",
        share([bool(marks) for marks in well]),
        f"{np.mean([len(marks) for marks in well]):.2f}",
    ]
    return f"| {' | '.join(cells)} |\n"


def shown(one: Seen, cut: float) -> list[Mark]:
    """The marks that a page would show of it, were this the cut."""
    if one.level == NO_FRACTURE_FOUND:
        return []
    height, width = one.outline.shape
    return marks_of(one.map, width=width, height=height, cut=cut)


def share(held: list[bool]) -> str:
    """How many are true, in per cent; empty where there is nothing to count."""
    return f"{100 * sum(held) / len(held):.0f} %" if held else ""


def main() -> int:
    """Print a table, a row for each cut."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.marks",
        description="Measure a bundle's marks against outlined fractures.",
        epilog="example: python -m benchmarks.marks --data path/to/fracatlas "
        "--bundle inference_worker/bundles/efficientnet-lite0-pair-2",
    )
    parser.add_argument("--data", type=Path, required=True, help="radiographs with outlines")
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--images", type=int, default=200, help="half of them fractured (200)")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    classifier = load_classifier(load_bundle(options.bundle))
    samples = chosen(options.data, options.images, options.seed)
    found = [seen(one, classifier) for one in tqdm(samples, desc="asking", mininterval=1)]
    for name, fractured in (("fractured", True), ("normal", False)):
        levels = [one.level for one in found if one.fractured == fractured]
        told = ", ".join(f"{levels.count(level)} {level}" for level in sorted(set(levels)))
        sys.stdout.write(f"{name}: {told}\n")
    sys.stdout.write(HEAD)
    for cut in CUTS:
        sys.stdout.write(line(cut, found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
