"""What the list of cases can be narrowed to."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError as FormError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from cases.api.moments import MomentFilter
from cases.api.problems import offered, wrong
from cases.forms import printable, sensible_year
from cases.models import Case
from cases.selectors.cases import CaseFilters
from cases.vocabulary import BodyRegion, CaseLevel, CaseStatus, Priority


class CaseFilterSet(django_filters.FilterSet):
    """Reads the address; the selector does the narrowing, for it knows what may be told."""

    level = django_filters.ChoiceFilter(choices=CaseLevel.choices, help_text=_("Finding level."))
    status = django_filters.ChoiceFilter(choices=CaseStatus.choices)
    region = django_filters.ChoiceFilter(choices=BodyRegion.choices, help_text=_("Body region."))
    priority = django_filters.ChoiceFilter(choices=Priority.choices)
    # Not a BooleanFilter: that one takes what it does not know for no filter.
    read = django_filters.TypedChoiceFilter(
        choices=[("true", "true"), ("false", "false")],
        coerce=lambda word: word == "true",
        help_text=_("Whether a clinician has read it."),
    )
    patient_reference = django_filters.CharFilter(
        max_length=64, validators=[printable], help_text=_("The whole reference.")
    )
    external_id = django_filters.CharFilter(
        max_length=64,
        validators=[printable],
        help_text=_("An accession number, order number or study UID that you gave, in full."),
    )
    received_from = MomentFilter(
        validators=[sensible_year], help_text=_("Received at this moment or later.")
    )
    received_before = MomentFilter(
        validators=[sensible_year], help_text=_("Received before this moment.")
    )
    changed_from = MomentFilter(
        validators=[sensible_year],
        help_text=_("Changed at this moment or later: what you missed, for example."),
    )

    class Meta:
        model = Case
        fields: list[str] = []


PARAMETERS = frozenset(CaseFilterSet.base_filters)
_NAMES = {
    "region": "body_region",
    "patient_reference": "reference",
    "external_id": "number",
    "received_from": "since",
    "received_before": "before",
    "changed_from": "changed_since",
}


def filters_of(request: Request) -> CaseFilters:
    """For the selector. Raises ValidationError, field by field."""
    asked = CaseFilterSet(request.query_params, queryset=Case.objects.none())
    if not asked.is_valid():
        raise ValidationError(
            {
                name: [_said(one, asked.form.fields[name]) for one in errors]
                for name, errors in asked.form.errors.as_data().items()
            }
        )
    given: dict[str, Any] = {
        _NAMES.get(name, name): value
        for name, value in asked.form.cleaned_data.items()
        if value not in (None, "")
    }
    return CaseFilters(**given, exact=True)


def _said(error: FormError, field: Any) -> ErrorDetail:
    if error.code == "invalid_choice":
        return wrong("invalid_choice", offered(str(value) for value, _label in field.choices))
    return wrong(error.code or "invalid", " ".join(error.messages))
