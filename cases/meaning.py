"""What the numbers of an answer mean: its model's manifest says it, and this reads it.

A manifest is written elsewhere: what it lacks, or says in another shape, is not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Analysis

FRACTURE_PROBABILITY = "fracture_probability"


@dataclass(frozen=True)
class Likeness:
    """How many of the test radiographs that scored alike had a fracture: shares (0..1) with their
    95 % interval, stated for `prevalence`, the share of fractured radiographs among all."""

    share: float
    low: float
    high: float
    prevalence: float

    @property
    def of_100(self) -> str:
        """A count of whole radiographs; the ends are not rounded to a certainty."""
        number = round(self.share * 100)
        if number < 1:
            return _("fewer than 1")
        return _("more than 99") if number > 99 else str(number)

    @property
    def interval_of_100(self) -> tuple[int, int]:
        return round(self.low * 100), round(self.high * 100)


@dataclass(frozen=True)
class ClassScore:
    """One class of a model that tells several apart, and its own score (0..1) for it."""

    name: str
    score: float
    stands_for_none: bool
    """Whether it is the model's class of radiographs without a fracture."""


def scored_like(manifest: Mapping[str, Any], probability: float | None) -> Likeness | None:
    """What a probability (0..1) was worth on test radiographs; None where it was not measured.

    Each bin of `metrics["scored_like"]` holds its lower end, and the last one 1 as well.
    """
    if probability is None:
        return None
    try:
        bins = manifest["metrics"]["scored_like"]
        prevalence = float(manifest["calibration"]["prevalence"])
        below = [row for row in bins if float(row["low"]) <= probability]
        nearest = max(below, key=lambda row: float(row["low"]), default=None)
        if nearest is None or probability > float(nearest["high"]):
            return None
        share, low, high = (float(nearest[key]) for key in ("share", "share_low", "share_high"))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    told = 0 <= low <= share <= high <= 1 and 0 < prevalence < 1
    return Likeness(share, low, high, prevalence) if told else None


def class_scores(analysis: Analysis) -> list[ClassScore]:
    """The scores of a model that tells several classes apart, in the model's order; of one that
    knows only fracture or none there is nothing to list.

    A JSON object of a database has no order of its own: the manifest has it.
    """
    manifest, scores = analysis.model_version.manifest, analysis.class_scores
    names = manifest.get("class_names")
    if not isinstance(names, list) or not isinstance(scores, Mapping) or len(scores) < 2:
        return []
    normal = manifest.get("normal_class")
    return [
        ClassScore(_spoken(name), float(scores[name]), name == normal)
        for name in names
        if isinstance(name, str) and isinstance(scores.get(name), int | float)
    ]


def shows_places(manifest: Mapping[str, Any]) -> bool:
    """Whether the map was trained to say where a fracture is; others show what weighed most."""
    described = manifest.get("map")
    return isinstance(described, Mapping) and described.get("kind") == FRACTURE_PROBABILITY


def _spoken(name: str) -> str:
    """The name of a class as data sets have it (`no_fracture`), as words."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
