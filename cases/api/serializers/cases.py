"""A case as the API tells it."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.answers import DISCLAIMER, answers_of
from cases.api.serializers.common import OrganizationSerializer
from cases.api.serializers.radiographs import RadiographSerializer
from cases.models import Case
from cases.selectors.external_ids import known_numbers
from cases.vocabulary import BodyRegion, CaseLevel, CaseStatus, Priority, Sex, Side, Source


class CaseSerializer(serializers.Serializer):
    """A case as lists have it."""

    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    status = serializers.ChoiceField(CaseStatus.choices)
    level = serializers.SerializerMethodField(
        help_text="What follows from all its radiographs; null while it is withheld."
    )
    withheld = serializers.BooleanField(
        help_text="True where the reading organization looks first and has not yet, and always for "
        "a key without the scope read: nothing is told of the answer."
    )
    priority = serializers.ChoiceField(Priority.choices)
    patient_reference = serializers.CharField()
    age_years = serializers.IntegerField(allow_null=True)
    sex = serializers.ChoiceField(Sex.choices, allow_blank=True)
    body_region = serializers.ChoiceField(BodyRegion.choices, allow_blank=True)
    side = serializers.ChoiceField(Side.choices, allow_blank=True)
    source = serializers.ChoiceField(Source.choices)  # type: ignore[assignment]  # a field
    submitting_organization = OrganizationSerializer()
    reading_organization = OrganizationSerializer()
    received_at = serializers.DateTimeField(source="created_at")
    changed_at = serializers.DateTimeField(source="updated_at")
    reading_deadline = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.URLField())
    def get_url(self, case: Case) -> str:
        return str(self.context["request"].build_absolute_uri(case_address(case)))

    @extend_schema_field(serializers.ChoiceField(CaseLevel.choices, allow_null=True))
    def get_level(self, case: Case) -> str | None:
        return case.level or None


class ExternalIdsSerializer(serializers.Serializer):
    """Numbers of your own system, of the case as a whole; another organization's are not told."""

    accession = serializers.CharField(allow_null=True)
    order = serializers.CharField(allow_null=True)
    study_uid = serializers.CharField(allow_null=True)


class CaseDetailSerializer(CaseSerializer):
    """One case with its radiographs and what the software says of each. A key without the scope
    `read` is answered so, too, with everything withheld that the software or a reader said."""

    clinical_question = serializers.CharField()
    withdrawal_reason = serializers.CharField()
    external_ids = serializers.SerializerMethodField()
    disclaimer = serializers.SerializerMethodField(
        help_text="What the software is not made for. Show it with every answer."
    )
    radiographs = serializers.SerializerMethodField()

    @extend_schema_field(ExternalIdsSerializer())
    def get_external_ids(self, case: Case) -> dict[str, str | None]:
        numbers = known_numbers(user=self.context["request"].user, case=case)
        known = {one.kind: one.value for one in numbers if not one.of_radiograph}
        return {kind: known.get(kind) for kind in ("accession", "order", "study_uid")}

    def get_disclaimer(self, case: Case) -> str:
        return str(DISCLAIMER)

    @extend_schema_field(RadiographSerializer(many=True))
    def get_radiographs(self, case: Case) -> Any:
        return told_radiographs(case, self.context)


class CasePageSerializer(serializers.Serializer):
    """A page of the list, the newest first. Follow `next` to the end; nothing is counted."""

    next = serializers.URLField(allow_null=True)
    results = CaseSerializer(many=True)


def case_address(case: Case) -> str:
    return reverse("api_case", args=[case.pk])


def told_radiographs(case: Case, context: Mapping[str, Any]) -> Any:
    """Those of a case from `get_case_with_answers`, each with its answer."""
    answers = {one.radiograph.pk: one for one in answers_of(case)}
    rows = case.radiographs.all()
    for row in rows:
        row.case = case
    return RadiographSerializer(rows, many=True, context={**context, "answers": answers}).data
