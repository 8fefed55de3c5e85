"""What people fill in about cases."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from cases.models import Case
from cases.permissions import reading_choices
from cases.selectors.cases import CaseFilters
from cases.vocabulary import BodyRegion, CaseLevel, CaseStatus, Priority, Sex, Side, View

printable = RegexValidator(r"^[^\x00-\x1f\x7f]*$", _("Use printable characters only."))
# Earlier and later a change of the time zone leads out of the calendar.
YEARS = range(1900, 2201)
UNKNOWN = _("Not stated")
EVERY = _("All")


def sensible_year(moment: date) -> None:
    """Of a day or of a moment."""
    if moment.year not in YEARS:
        raise forms.ValidationError(
            _("Use a year from %(first)s to %(last)s."),
            code="year",
            params={"first": YEARS[0], "last": YEARS[-1]},
        )


def _choices(words: type[TextChoices], blank: Any) -> list[tuple[str, Any]]:
    return [("", blank), *words.choices]


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class MultipleFileField(forms.FileField):
    """Several files at once. What they are is decided by intake, not here."""

    widget = MultipleFileInput

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(MultipleFileField, self).clean(one, initial) for one in files]


class UploadsField(forms.Field):
    """The ids of files that came in pieces before the form did, in their order."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[UUID]:
        try:
            found = [UUID(one) for one in value or ()]
        except ValueError:
            raise forms.ValidationError(_("Choose the files again."), code="invalid") from None
        if len(set(found)) != len(found):
            raise forms.ValidationError(_("Each file can be sent once."), code="twice")
        return found


class FilesForm(forms.Form):
    """The radiographs of an upload, and photographs that no software is to assess."""

    radiographs = MultipleFileField(label=_("Radiographs"), required=False)
    photographs = MultipleFileField(label=_("Photographs"), required=False)
    uploads = UploadsField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["radiographs"].widget.attrs |= {
            "aria-describedby": "id_radiographs_helptext id_radiographs_error",
            "accept": ".dcm,.dicom,image/jpeg,image/png,image/webp,image/tiff,image/bmp,"
            "application/dicom",
            "data-files": "",
        }
        self.fields["photographs"].widget.attrs |= {
            "aria-describedby": "id_photographs_helptext",
            "accept": "image/*",
            "capture": "environment",  # a phone opens the camera on the back
            "data-photographs": "",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kinds = ("radiographs", "photographs", "uploads")
        if not any(data.get(kind) for kind in kinds) and not any(k in self.errors for k in kinds):
            self.add_error(
                "radiographs",
                forms.ValidationError(_("Choose at least one radiograph."), code="required"),
            )
        return data

    def files_received(self) -> dict[str, Any]:
        """What a service of `submission` takes: files, which are photographs, and their views."""
        radiographs = self.cleaned_data["radiographs"]
        photographs = self.cleaned_data["photographs"]
        return {
            "files": [*radiographs, *photographs],
            "photographs": [*([False] * len(radiographs)), *([True] * len(photographs))],
            "views": self.views(),
        }

    def views(self) -> list[str]:
        """The view of each file, in their order; unknown words are left blank."""
        given = self.data.getlist("views") if hasattr(self.data, "getlist") else []
        return [view if view in View.values else "" for view in given]


class DetailsForm(forms.Form):
    """The details of a case that are given when it comes in, and may be corrected later."""

    patient_reference = forms.CharField(
        label=_("Patient reference"),
        max_length=64,
        validators=[printable],
        help_text=_("Your own pseudonymous reference. No name, no date of birth."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    body_region = forms.ChoiceField(
        label=_("Body region"), choices=_choices(BodyRegion, UNKNOWN), required=False
    )
    side = forms.ChoiceField(label=_("Side"), choices=_choices(Side, UNKNOWN), required=False)
    age_years = forms.IntegerField(
        label=_("Age in years"), min_value=0, max_value=130, required=False
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=_choices(Sex, UNKNOWN), required=False)
    clinical_question = forms.CharField(
        label=_("Clinical question"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=Priority.choices,
        initial=Priority.ROUTINE,
        required=False,
        widget=forms.RadioSelect,
    )
    reading_deadline = forms.DateTimeField(
        label=_("To be read by"),
        required=False,
        validators=[sensible_year],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zone = timezone.get_current_timezone_name()
        self.fields["reading_deadline"].help_text = _("Time zone: %(zone)s.") % {"zone": zone}

    def clean_priority(self) -> str:
        return self.cleaned_data["priority"] or Priority.ROUTINE

    def clean_reading_deadline(self) -> Any:
        deadline = self.cleaned_data["reading_deadline"]
        before = self.initial.get("reading_deadline")
        if before and deadline == before.replace(second=0, microsecond=0):
            return before
        if deadline and deadline <= timezone.now():
            raise forms.ValidationError(_("This moment has passed; choose a later one."))
        return deadline


class CaseForm(DetailsForm, FilesForm):
    """A new case."""

    reading_organization = forms.ModelChoiceField(
        label=_("Read by"), queryset=Organization.objects.none(), required=False, empty_label=None
    )
    accession = forms.CharField(
        label=_("Accession number"), max_length=64, required=False, validators=[printable]
    )
    order = forms.CharField(
        label=_("Order number"), max_length=64, required=False, validators=[printable]
    )
    field_order = ("radiographs", "patient_reference")

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = reading_choices(user)
        field = self.fields["reading_organization"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (for the type checker)
        field.queryset = Organization.objects.filter(pk__in=[one.pk for one in choices])
        field.initial = choices[0].pk if choices else None
        if len(choices) < 2:
            del self.fields["reading_organization"]

    def details(self) -> dict[str, Any]:
        """What `submission.submit_case` takes, without the files."""
        data = {k: v for k, v in self.cleaned_data.items() if k not in FilesForm.base_fields}
        ids = {kind: data.pop(kind) for kind in ("accession", "order")}
        return {**data, "external_ids": ids}


class CorrectionForm(DetailsForm):
    """Details of an existing case.

    The page also sends the values that it started from. Only what this person changed is
    corrected, so that an old tab does not undo what a colleague has corrected meanwhile.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def starting_priority(self) -> SafeString:
        """The starting value of the one field that the page draws choice by choice."""
        return self["priority"].as_hidden(only_initial=True)

    def corrections(self) -> dict[str, Any]:
        """What was changed on the page."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    @staticmethod
    def current(case: Case) -> dict[str, Any]:
        """The values to start from."""
        return {name: getattr(case, name) for name in DetailsForm.base_fields}


class WithdrawForm(forms.Form):
    """Why a case or a radiograph is withdrawn."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        validators=[printable],
        help_text=_("For example: wrong patient, wrong side, sent twice."),
    )


class FilterForm(forms.Form):
    """What the history is narrowed to; it lives in the address."""

    reference = forms.CharField(
        label=_("Patient reference"),
        max_length=64,
        required=False,
        validators=[printable],
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    exact = forms.BooleanField(label=_("The whole reference"), required=False)
    number = forms.CharField(
        label=_("Number of your own system"),
        max_length=64,
        required=False,
        validators=[printable],
        help_text=_("Accession number, order number or study UID that you gave, in full."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    level = forms.ChoiceField(label=_("Level"), choices=_choices(CaseLevel, EVERY), required=False)
    status = forms.ChoiceField(
        label=_("Status"), choices=_choices(CaseStatus, EVERY), required=False
    )
    region = forms.ChoiceField(
        label=_("Body region"), choices=_choices(BodyRegion, EVERY), required=False
    )
    received_from = forms.DateField(
        label=_("Received from"),
        required=False,
        validators=[sensible_year],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    received_to = forms.DateField(
        label=_("Received to"),
        required=False,
        validators=[sensible_year],
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def filters(self) -> CaseFilters:
        """For the selector. Call it on a valid form."""
        data = dict(self.cleaned_data)
        return CaseFilters(body_region=data.pop("region"), **data)
