"""What is sent with a new case."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as FormError
from rest_framework import serializers

from accounts.models import Organization, User
from cases.api.moments import MomentField
from cases.api.problems import field_error, wrong
from cases.api.serializers.common import SeveralFiles, StrictSerializer
from cases.forms import printable, sensible_year
from cases.permissions import reading_choices
from cases.vocabulary import BodyRegion, Priority, Sex, Side, View

IDS = ("accession", "order", "study_uid")


def _at_least_one(name: str) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"minItems": 1}}}


class FilesSerializer(StrictSerializer):
    """One file or more. Send them as multipart/form-data, with `radiographs`, `photographs` and
    `views` as often as you have them."""

    schema_more: ClassVar = {"anyOf": [_at_least_one("radiographs"), _at_least_one("photographs")]}

    radiographs = SeveralFiles(
        required=False,
        default=list,
        help_text="JPEG, PNG, WebP, TIFF, BMP or DICOM, each a radiograph.",
    )
    photographs = SeveralFiles(
        required=False,
        default=list,
        help_text="Kept for people to look at; no model is asked.",
    )
    views = serializers.ListField(
        child=serializers.ChoiceField(View.choices, allow_blank=True),
        required=False,
        default=list,
        help_text="Of the radiographs, then of the photographs, in their order: "
        + ", ".join(View.values)
        + ".",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        files = len(attrs["radiographs"]) + len(attrs["photographs"])
        if not files:
            raise field_error("radiographs", "required", "Send at least one radiograph.")
        if len(attrs["views"]) > files:
            raise field_error("views", "too_many_views")
        return attrs


class CaseSubmissionSerializer(FilesSerializer):
    """A new case: its details, and one file or more. Send it as multipart/form-data, with
    `radiographs`, `photographs` and `views` as often as you have them."""

    patient_reference = serializers.CharField(
        max_length=64,
        validators=[printable],
        help_text="Your own pseudonymous reference. No name, no date of birth.",
    )
    age_years = serializers.IntegerField(
        min_value=0, max_value=130, required=False, allow_null=True, default=None
    )
    sex = serializers.ChoiceField(Sex.choices, required=False, allow_blank=True, default="")
    body_region = serializers.ChoiceField(
        BodyRegion.choices, required=False, allow_blank=True, default=""
    )
    side = serializers.ChoiceField(Side.choices, required=False, allow_blank=True, default="")
    clinical_question = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, default=""
    )
    priority = serializers.ChoiceField(
        Priority.choices, required=False, default=Priority.ROUTINE.value
    )
    reading_deadline = MomentField(required=False, allow_null=True, default=None)
    reading_organization = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Who is asked to read, where you have the choice (see /me/).",
    )
    accession = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", validators=[printable]
    )
    order = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", validators=[printable]
    )
    study_uid = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", validators=[printable]
    )

    def validate_reading_deadline(self, moment: datetime | None) -> datetime | None:
        try:
            if moment is not None:
                sensible_year(moment)
        except FormError:
            raise serializers.ValidationError([wrong("year")]) from None
        return moment

    def validate_reading_organization(self, wanted: Any) -> Organization | None:
        user: User = self.context["request"].user
        if wanted is None:
            return None
        found = next((one for one in reading_choices(user) if one.pk == wanted), None)
        if found is None:
            raise serializers.ValidationError([wrong("not_offered")])
        return found
