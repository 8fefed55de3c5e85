"""What the software says about a radiograph, in the words that people read.

The sentences are settled: nothing here may be shortened to "normal", and no answer stands without
the sentence that follows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.figures import known_figure
from cases.marks import Mark, are_dashed, marks_of, told
from cases.models import Analysis, Case, ModelVersion, Radiograph
from cases.models.analysis import ASSESSED
from cases.vocabulary import AnalysisStatus, BodyRegion, FindingLevel

WORDS: Mapping[str, tuple[Any, Any]] = {
    FindingLevel.FRACTURE: (
        gettext_lazy("Fracture suspected."),
        "",  # depends on its marks
    ),
    FindingLevel.INCONCLUSIVE: (
        gettext_lazy("Uncertain:"),
        gettext_lazy("the software cannot decide."),
    ),
    FindingLevel.NO_FRACTURE_FOUND: (
        gettext_lazy("No fracture found by the software."),
        gettext_lazy("This does not exclude one; other findings are not looked for."),
    ),
    AnalysisStatus.QUEUED: (
        gettext_lazy("Waiting for analysis."),
        gettext_lazy("The radiograph can be read meanwhile."),
    ),
    AnalysisStatus.RUNNING: (
        gettext_lazy("Being analysed."),
        gettext_lazy("The radiograph can be read meanwhile."),
    ),
    AnalysisStatus.CANCELLED: (
        gettext_lazy("The analysis was cancelled."),
        gettext_lazy("Read without it, or ask for it again."),
    ),
    "withheld": (
        gettext_lazy("Not shown yet."),
        gettext_lazy("Say first what you see."),
    ),
    "none": (
        gettext_lazy("Waiting for a model."),
        gettext_lazy(
            "The analysis begins when a model is active. The radiograph can be read meanwhile."
        ),
    ),
}
_RANK = {level.value: rank for rank, level in enumerate(ASSESSED)}
DISCLAIMER = gettext_lazy(
    "Decision support, not a cleared medical device. Not made for spine, ribs, skull and face, "
    "nor for the follow-up of treated fractures."
)
NOT_MADE_FOR = frozenset({BodyRegion.SPINE, BodyRegion.SKULL, BodyRegion.CHEST})
NOT_ASSESSED_BECAUSE: Mapping[str, Any] = {
    "colour_photograph": gettext_lazy(
        "it is a colour photograph, and the software was not measured on those"
    ),
    "photograph": gettext_lazy(
        "it was sent as a photograph, and the software was not measured on those"
    ),
}


@dataclass(frozen=True)
class Answer:
    """One radiograph's answer. `kind` names its colour and sign: a finding level or a state."""

    radiograph: Radiograph
    kind: str
    words: str
    more: str
    analysis: Analysis | None = None
    """The analysis that says so; of a failed one, the one that failed."""
    pending: Analysis | None = None
    """A newer one that waits, runs, failed or was cancelled while an earlier answer stands."""
    earlier: Sequence[Analysis] = field(default_factory=tuple)

    @property
    def has_probability(self) -> bool:
        return self.analysis is not None and self.analysis.probability is not None

    @property
    def marks(self) -> list[Mark]:
        return marks_of(self.analysis)

    @property
    def marks_dashed(self) -> bool:
        return self.analysis is not None and are_dashed(self.analysis)

    @property
    def marks_told(self) -> str:
        """The marks in words, or nothing."""
        marks = self.marks
        return told(marks, self.analysis, self.radiograph) if self.analysis and marks else ""

    @property
    def is_unmarked(self) -> bool:
        """Whether it suspects something, and no place of its map stood out enough for a box."""
        suspects = self.kind in {FindingLevel.FRACTURE, FindingLevel.INCONCLUSIVE}
        return suspects and bool(self.analysis and self.analysis.heatmap) and not self.marks

    @property
    def failed(self) -> Analysis | None:
        """The newest analysis, if it failed: nothing was asked since."""
        newest = self.pending or self.analysis
        return newest if newest and newest.status == AnalysisStatus.FAILED else None

    @property
    def is_active(self) -> bool:
        """Whether something about it may still change by itself."""
        newest = self.pending or self.analysis
        return newest is not None and newest.status in {
            AnalysisStatus.QUEUED,
            AnalysisStatus.RUNNING,
        }


def answer(radiograph: Radiograph, analyses: Sequence[Analysis]) -> Answer:
    """The answer that stands for a radiograph; `analyses` are its clinical ones, newest first."""
    if radiograph.not_assessable:
        return _not_assessed(radiograph, None, radiograph.not_assessable)
    if not analyses:
        return _worded(radiograph, "none")
    newest = analyses[0]
    succeeded = next((a for a in analyses if a.status == AnalysisStatus.SUCCEEDED), None)
    if succeeded is None:
        return _without_result(radiograph, newest)
    details = {
        "pending": newest if newest is not succeeded else None,
        "earlier": tuple(a for a in analyses if a is not succeeded and a is not newest),
    }
    if succeeded.level == FindingLevel.NOT_ASSESSABLE:
        return _not_assessed(radiograph, succeeded, "", **details)
    return _worded(radiograph, succeeded.level, succeeded, **details)


def region_note(case: Case) -> str:
    """What stands before any answer about a region that the software was not made for."""
    if case.body_region not in NOT_MADE_FOR:
        return ""
    said = _(
        "The software was not made for this region (%(region)s). Read the radiograph without its "
        "answer."
    )
    return said % {"region": case.get_body_region_display()}


def answers_of(case: Case) -> list[Answer]:
    """One for each radiograph, withdrawn ones too, of a case from `get_case_with_answers`. Of one
    that is withheld no answer knows more than that."""
    if case.withheld:
        return [_worded(one, "withheld") for one in case.radiographs.all()]
    return [answer(one, one.clinical) for one in case.radiographs.all()]  # type: ignore[attr-defined]


def deciding(answers: Sequence[Answer]) -> Answer | None:
    """The answer that the level of a case comes from: the first of the most suspicious ones. None
    while no radiograph has been assessed."""
    assessed = [one for one in answers if one.kind in _RANK]
    return min(assessed, key=lambda one: _RANK[one.kind], default=None)


def _worded(
    radiograph: Radiograph, kind: str, analysis: Analysis | None = None, **details: Any
) -> Answer:
    words, more = WORDS[kind]
    if kind == FindingLevel.FRACTURE:
        more = _what_to_check(len(marks_of(analysis)))
    return Answer(radiograph, kind, str(words), str(more), analysis, **details)


def _what_to_check(marks: int) -> str:
    if not marks:
        return _("Check all of the radiograph: no place is marked.")
    return ngettext("Check the marked place.", "Check the %(n)d marked places.", marks) % {
        "n": marks
    }


def _not_assessed(
    radiograph: Radiograph, analysis: Analysis | None, code: str, **details: Any
) -> Answer:
    reason = NOT_ASSESSED_BECAUSE.get(code) or _("the software does not know images of this kind")
    more = _("%(reason)s. Read without it.") % {"reason": reason}
    kind = FindingLevel.NOT_ASSESSABLE.value
    return Answer(radiograph, kind, _("Not assessed:"), more, analysis, **details)


def _without_result(radiograph: Radiograph, newest: Analysis) -> Answer:
    if newest.status == AnalysisStatus.FAILED:
        return Answer(
            radiograph,
            "failed",
            _("The analysis failed:"),
            newest.error_message or _("it was interrupted."),
            newest,
        )
    return _worded(radiograph, newest.status, newest)


def demonstration_note(model_version: ModelVersion) -> str:
    """What has to stand beside every answer of a demonstration model; empty for another."""
    if not model_version.is_demonstration:
        return ""
    auc = known_figure(model_version, "auc")
    if auc is None:
        return _("Demonstration model, not measured: do not rely on its answers.")
    said = {"value": f"{auc.value:.2f}"}
    if auc.interval is None:
        measured = _("AUC %(value)s") % said
    else:
        said |= {"low": f"{auc.interval[0]:.2f}", "high": f"{auc.interval[1]:.2f}"}
        measured = _("AUC %(value)s (95 %% interval %(low)s to %(high)s)") % said
    return _(
        "Demonstration model, %(measured)s on radiographs it had not seen; 0.5 is guessing, "
        "1.0 never wrong. Do not rely on its answers."
    ) % {"measured": measured}
