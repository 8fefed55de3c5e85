"""How the figures of an organization are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.agreement import AGREES
from cases.vocabulary import Conclusion

register = template.Library()


@dataclass(frozen=True)
class SourceWords:
    """What is said of a source of references: its name, how it is biased, and what to do where
    there is none of it."""

    title: Any
    bias: Any
    none: Any


SOURCE_WORDS: Mapping[str, SourceWords] = {
    "second_reads": SourceWords(
        gettext_lazy("on second reads"),
        gettext_lazy(
            "The software against the supervising reader who read a case after somebody else. "
            "First reads do not count here: they were made with the answer in sight, and would "
            "make the software look better than it is. Second reads are less biased, not free of "
            "it: their reader could see the answer too, and mostly cases that were disputed are "
            "read twice, so that these cases are harder than others."
        ),
        gettext_lazy(
            "No case of this period was read a second time by a supervising reader. When one reads "
            "a case that somebody else has read, it counts here."
        ),
    ),
    "first_impressions": SourceWords(
        gettext_lazy("on first impressions"),
        gettext_lazy(
            "The software against what the first reader of a case saw before its answer was sent. "
            "Unless the reader had opened the case before “Read first” was turned on, the answer "
            "cannot have coloured that; but it is a glance, not a read, the case may have got "
            "radiographs since, and where both differ the software may be the one that is right."
        ),
        gettext_lazy(
            "No first impression was given of a case of this period. An administrator can turn on "
            "“Read first” under People; from then on impressions count here."
        ),
    ),
}


@register.filter
def duration(seconds: float) -> str:
    """How long something took, in its two largest units; a clock that ran back says 0."""
    if seconds < 10:
        return _("%(seconds).1f s") % {"seconds": max(0.0, seconds)}
    whole = round(seconds)
    if whole < 60:
        return _("%(seconds)d s") % {"seconds": whole}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    hours = round(seconds / 3600)
    if minutes < 2 * 24 * 60:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(days)d d %(hours)d h") % {"days": hours // 24, "hours": hours % 24}


@register.filter
def at(values: Mapping[int, float], percent: int) -> float:
    """The value of a percentile."""
    return values[percent]


@register.filter
def row(cells: Mapping[tuple[str, str], int], level: str) -> list[tuple[str, int, str]]:
    """A level's line of the table of agreement: conclusion in words, count, and whether a cell says
    that both agree."""
    words = {True: "agree", False: "disagree", None: ""}
    return [
        (
            str(conclusion.label),
            cells.get((level, conclusion), 0),
            words[AGREES.get((level, conclusion))],
        )
        for conclusion in (Conclusion.FRACTURE, Conclusion.UNSURE, Conclusion.NO_FRACTURE)
    ]


@register.filter
def source_title(source: str) -> str:
    """Whose word counts as the truth."""
    return str(SOURCE_WORDS[source].title)


@register.filter
def source_bias(source: str) -> str:
    return str(SOURCE_WORDS[source].bias)


@register.filter
def source_none(source: str) -> str:
    return str(SOURCE_WORDS[source].none)
