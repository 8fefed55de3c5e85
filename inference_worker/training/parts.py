"""The parts of a test set in which a model may be better or worse than its headline says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference_worker.bundle import Thresholds
from inference_worker.training import operating
from inference_worker.training.bootstrap import Bootstrap, measured, measured_share
from inference_worker.training.ranking import ranking_draws
from inference_worker.training.scores import Scores

REGIONS = ("hand", "leg", "hip", "shoulder", "mixed")
VIEWS = ("frontal", "lateral", "oblique")
TREATMENTS = ("treated", "metalwork", "cast", "splint")
FILE = "file "
"""How the tags begin that say through which program a file came: a proxy for the hospital."""
RANGE = 500
"""File numbers to a bin: runs of them came from one hospital or one day."""
FEWEST_OF_A_CLASS = 10
"""A part with fewer gets no figure: its interval would span everything."""
Part = tuple[str, str, NDArray[np.bool_]]


def parts(scores: Scores) -> Iterator[Part]:
    """(kind, name, which radiographs) of every part that the scores' tags, ids and sources tell
    apart."""
    for tag in ("treated", "metalwork"):
        if scores.tagged(tag).any():
            yield "treatment", f"without {_word(tag)}", ~scores.tagged(tag)
    for kind, names in (("treatment", TREATMENTS), ("region", REGIONS), ("view", VIEWS)):
        for name in names:
            yield kind, name, scores.tagged(name)
    yield from _other_tags(scores)
    yield from _file_numbers(scores)
    if len(set(scores.sources.tolist())) > 1:
        for source in sorted(set(scores.sources.tolist())):
            yield "source", source or "unnamed source", scores.sources == source


def part_figures(
    scores: Scores,
    probabilities: NDArray[np.float64],
    thresholds: Thresholds,
    *,
    prevalence: float,
    draws: int,
) -> dict[str, dict[str, Any]]:
    """Figures of every part, by name. What a part has too few radiographs for is None."""
    found: dict[str, dict[str, Any]] = {}
    for kind, name, inside in parts(scores):
        if inside.any():
            found[name] = {"kind": kind} | figures_of(
                scores.take(inside),
                probabilities[inside],
                thresholds,
                prevalence=prevalence,
                draws=draws,
            )
    return found


def figures_of(
    scores: Scores,
    probabilities: NDArray[np.float64],
    thresholds: Thresholds | None,
    *,
    prevalence: float,
    draws: int,
) -> dict[str, Any]:
    """Counts, ranking figures and, given thresholds, how often each keeps its promise."""
    fractured = scores.fractured
    positives, others = int(fractured.sum()), int((~fractured).sum())
    bootstrap = Bootstrap(scores.groups, draws=draws)
    row: dict[str, Any] = {
        "images": len(scores),
        "fractured": positives,
        "groups": len(set(scores.groups.tolist())),
        "auc": None,
        "average_precision": None,
        "specificity_at_92": None,
    }
    if min(positives, others) >= FEWEST_OF_A_CLASS:
        drawn = ranking_draws(scores.logits, fractured, bootstrap, prevalence=prevalence)
        row |= {name: measured(values) for name, values in drawn.items()}
    if thresholds is None:
        return row
    kept = operating.CALLED["rule_out"](probabilities, thresholds)
    spared = ~operating.CALLED["rule_in"](probabilities, thresholds)
    enough = {True: positives >= FEWEST_OF_A_CLASS, False: others >= FEWEST_OF_A_CLASS}
    return row | {
        "sensitivity_at_rule_out": measured_share(bootstrap, kept, fractured)
        if enough[True]
        else None,
        "specificity_at_rule_in": measured_share(bootstrap, spared, ~fractured)
        if enough[False]
        else None,
    }


def _word(tag: str) -> str:
    return "treated fractures" if tag == "treated" else tag


def _other_tags(scores: Scores) -> Iterator[Part]:
    known = {*TREATMENTS, *REGIONS, *VIEWS}
    others = {tag for tags in scores.tags for tag in tags} - known
    for tag in sorted(others, key=lambda tag: (not tag.startswith(FILE), tag)):
        kind = "way of writing files" if tag.startswith(FILE) else "other marks"
        yield kind, tag, scores.tagged(tag)


def _file_numbers(scores: Scores) -> Iterator[Part]:
    """Bins of file numbers, source by source, where all files of a source are numbered."""
    for source in sorted(set(scores.sources.tolist())):
        inside = scores.sources == source
        found = [re.findall(r"\d+", str(id_).rpartition("/")[2]) for id_ in scores.ids[inside]]
        if not all(found):
            continue
        numbers = np.full(len(scores), -1)
        numbers[inside] = [min(int(digits[-1]), 2**31) // RANGE for digits in found]
        bins = np.unique(numbers[inside])
        if 1 < len(bins) <= 50:
            several = f"{source} " if len(set(scores.sources.tolist())) > 1 else ""
            for one in bins:
                first = int(one) * RANGE
                yield "file numbers", f"{several}files {first}-{first + RANGE - 1}", numbers == one
