"""What a clinician fills in to read a case."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.agreement import DECIDED
from cases.answers import Answer
from cases.forms import UNKNOWN
from cases.models import Case, Read
from cases.selectors.reads import analysis_of, radiograph_of
from cases.services.reads import Mark, keeps_mark
from cases.vocabulary import Agreement, BodyRegion, Conclusion, OtherFinding, Side


class Unseen(forms.HiddenInput):
    """What a browser must not fill in again by itself, for nobody would see it."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off"})


class SeenField(forms.Field):
    """The radiographs that were on the page, by their ids."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[UUID]:
        try:
            return [UUID(one) for one in value or ()]
        except ValueError as error:
            raise forms.ValidationError(_("These are no radiographs.")) from error


class ImpressionForm(forms.Form):
    """What is seen before the software's answer is shown: one choice, so that it costs a second."""

    conclusion = forms.ChoiceField(
        label=_("What do you see?"), choices=Conclusion.choices, widget=forms.RadioSelect
    )
    seen = SeenField()


def _said(answer: Answer) -> str:
    """The software's answer that one agrees with, and of which radiograph it is."""
    level = answer.analysis.get_level_display() if answer.analysis else ""
    return _("The software's answer: %(level)s (%(radiograph)s)") % {
        "level": level,
        "radiograph": answer.radiograph,
    }


class ReadForm(forms.Form):
    """A final read of a whole case; `answer` is the one that the case's level comes from."""

    conclusion = forms.ChoiceField(
        label=_("Your conclusion"), choices=Conclusion.choices, widget=forms.RadioSelect
    )
    agreement = forms.ChoiceField(
        help_text=_("Left open, a conclusion that contradicts it counts as a disagreement."),
        choices=Agreement.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    body_region = forms.ChoiceField(
        label=_("Body region"), choices=[("", UNKNOWN), *BodyRegion.choices], required=False
    )
    side = forms.ChoiceField(
        label=_("Side"), choices=[("", UNKNOWN), *Side.choices], required=False
    )
    other_findings = forms.MultipleChoiceField(
        label=_("Other findings"),
        choices=OtherFinding.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    comment = forms.CharField(
        label=_("Comment"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    analysis = forms.UUIDField(required=False, widget=Unseen)
    amending = forms.UUIDField(required=False, widget=Unseen)
    marked_radiograph = forms.UUIDField(required=False, widget=Unseen)
    marked_x = forms.FloatField(required=False, widget=Unseen)
    marked_y = forms.FloatField(required=False, widget=Unseen)

    mark_dropped = False
    """Whether a marked place was left out, as nothing was found there."""

    def __init__(self, *args: Any, case: Case, answer: Answer | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.case = case
        if answer is None or answer.analysis is None:
            del self.fields["agreement"], self.fields["analysis"]
        elif answer.kind not in DECIDED:
            del self.fields["agreement"]
        else:
            self.fields["agreement"].label = _said(answer)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        findings, comment = data.get("other_findings") or [], data.get("comment", "")
        if OtherFinding.OTHER in findings and not comment.strip():
            self.add_error("comment", _("Say what the other finding is."))
        conclusion = data.get("conclusion", "")
        if data.get("marked_radiograph") and not keeps_mark(conclusion, findings):
            # As of an earlier read that this one amends: there is nothing at that place any more.
            data |= {"marked_radiograph": None, "marked_x": None, "marked_y": None}
            self.mark_dropped = True
        return data

    def read(self) -> dict[str, Any]:
        """What `reads.record_read` takes. Ids of another case are left out: a forged page."""
        data = dict(self.cleaned_data)
        place = [data.pop(f"marked_{name}") for name in ("radiograph", "x", "y")]
        wanted = data.pop("analysis", None)
        data["mark"] = self._mark(*place)
        data["analysis"] = analysis_of(case=self.case, analysis_id=wanted) if wanted else None
        if data["analysis"] is None:
            data["agreement"] = ""
        return data

    def _mark(self, radiograph_id: Any, x: float | None, y: float | None) -> Mark | None:
        if radiograph_id is None or x is None or y is None:
            return None
        radiograph = radiograph_of(case=self.case, radiograph_id=radiograph_id)
        return Mark(radiograph, x, y) if radiograph else None

    @staticmethod
    def start(case: Case, answer: Answer | None, read: Read | None) -> dict[str, Any]:
        """The values to begin with: those of the read that is amended, or of the case."""
        shown = answer.analysis if answer else None
        start: dict[str, Any] = {"analysis": shown.pk if shown else None}
        if read is None:
            return start | {"body_region": case.body_region, "side": case.side}
        names = ["conclusion", "body_region", "side", "other_findings", "comment"]
        if shown is not None and read.analysis_id == shown.pk:
            names.append("agreement")
        if read.marked_radiograph and read.marked_radiograph.withdrawn_at is None:
            start |= {"marked_radiograph": read.marked_radiograph.pk}
            names += ["marked_x", "marked_y"]
        return start | {"amending": read.pk} | {name: getattr(read, name) for name in names}
