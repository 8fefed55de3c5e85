"""How levels, states and numbers look: always a sign, words and a colour together."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import answers, marks, meaning
from cases.models import Analysis, Case, ModelVersion
from cases.vocabulary import CaseLevel, CaseStatus, FindingLevel, Priority

register = template.Library()

LABELS: Mapping[str, Any] = {
    **dict(FindingLevel.choices),
    **dict(CaseStatus.choices),
    **dict(CaseLevel.choices),
    "read": gettext_lazy("Read"),
    "read_fracture": gettext_lazy("Read: fracture"),
    "read_no_fracture": gettext_lazy("Read: no fracture"),
    "read_unsure": gettext_lazy("Read: unsure"),
    "none": gettext_lazy("Waiting for a model"),
    "withheld": gettext_lazy("Read first"),
}
SIGN_OF: Mapping[str, str] = {
    "none": "queued",
    "withheld": "viewed",
    "read": "finished",
    "read_fracture": "fracture",
    "read_no_fracture": "no_fracture_found",
    "read_unsure": "inconclusive",
}


@register.inclusion_tag("cases/badge.html")
def badge(kind: str, label: str = "") -> dict[str, str]:
    """The badge of a finding level or a state."""
    sign = f"icons/{SIGN_OF.get(kind, kind)}.svg"
    return {"kind": kind, "label": label or str(LABELS[kind]), "sign": sign}


@register.filter
def label_of(kind: str) -> str:
    """The words of a badge."""
    return str(LABELS[kind])


@register.simple_tag
def icon_of(kind: str) -> str:
    """The template of a sign, for `include`."""
    return f"icons/{SIGN_OF.get(kind, kind)}.svg"


@register.inclusion_tag("cases/badges.html")
def badges(case: Case) -> dict[str, Any]:
    """What is to be said of a case: what its readers concluded before what the software says."""
    read = case.read_at is not None and not case.withdrawn_at
    standing = getattr(case, "standing", ())
    return {
        "urgent": case.priority == Priority.URGENT and not case.withdrawn_at,
        "read": read,
        # Each once; two of them where readers differ.
        "conclusions": list(dict.fromkeys(one.conclusion for one in standing if read)),
        "kinds": _kinds(case),
    }


def _kinds(case: Case) -> list[str]:
    """Its state while that matters, else its level."""
    if case.withheld or case.status in {CaseStatus.WITHDRAWN, CaseStatus.CANCELLED}:
        return [case.status]
    if case.status == CaseStatus.FINISHED:
        return [case.level]
    known = [] if case.level == CaseLevel.INCOMPLETE else [case.level]
    return [*known, case.status]


@register.filter
def of(words: Mapping[str, Any], name: str) -> str:
    """The words for a name."""
    return str(words[name])


@register.filter
def waits_for(since: datetime, now: datetime) -> str:
    """How long something has waited, in the largest unit that fits: it is read at a glance."""
    seconds = max(0, int((now - since).total_seconds()))
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 3600:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
    if seconds < 2 * 86400:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d day", "%(n)d days", seconds // 86400) % {"n": seconds // 86400}


@register.filter
def percent(probability: float) -> str:
    """A probability for people; the ends are not rounded to a certainty."""
    number = round(probability * 100)
    if number < 1:
        return _("under 1 %")
    if number > 99:
        return _("over 99 %")
    return _("%(number)d %%") % {"number": number}


@register.simple_tag
def demonstration_note(model_version: ModelVersion) -> str:
    return answers.demonstration_note(model_version)


@register.simple_tag
def prevalence(model_version: ModelVersion) -> str:
    """The share of fractured radiographs that a model's probabilities are calibrated for."""
    share = model_version.manifest.get("calibration", {}).get("prevalence")
    return percent(float(share)) if isinstance(share, int | float) else ""


@register.simple_tag
def scored_like(analysis: Analysis) -> meaning.Likeness | None:
    """What the probability was worth on the radiographs that the model was tested on."""
    return meaning.scored_like(analysis.model_version.manifest, analysis.probability)


@register.simple_tag
def class_scores(analysis: Analysis) -> list[meaning.ClassScore]:
    return meaning.class_scores(analysis)


@register.filter
def shows_places(model_version: ModelVersion) -> bool:
    return meaning.shows_places(model_version.manifest)


@register.simple_tag
def about_marks() -> str:
    return str(marks.ABOUT)


@register.inclusion_tag("cases/bar.html")
def bar(share: float) -> dict[str, str]:
    """A share (0..1) as the length of a bar."""
    # As text: a decimal comma of the language would break the drawing.
    return {"length": f"{min(max(share, 0.0), 1.0) * 100:.1f}"}


@register.simple_tag
def disclaimer() -> str:
    return str(answers.DISCLAIMER)


@register.inclusion_tag("cases/scale.html")
def scale(analysis: Analysis) -> dict[str, str]:
    """Where the probability lies between 0 and 100, and where the two thresholds lie."""
    places = {
        "at": analysis.probability or 0.0,
        "rule_out": analysis.thresholds.get("rule_out"),
        "rule_in": analysis.thresholds.get("rule_in"),
    }
    # As text: a decimal comma of the language would break the drawing.
    drawn = {name: f"{float(p) * 100:.1f}" for name, p in places.items() if p is not None}
    if "rule_out" in drawn and "rule_in" in drawn:
        drawn["between"] = f"{float(drawn['rule_in']) - float(drawn['rule_out']):.1f}"
    return drawn


@register.filter
def milliseconds(value: Any) -> str:
    """A duration for people: milliseconds below one second, seconds above."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return ""
    if number < 1000:
        return _("%(number).0f ms") % {"number": number}
    return _("%(number).1f s") % {"number": number / 1000}
