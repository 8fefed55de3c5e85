"""A model version as the API tells it."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import card
from cases.api.serializers.analyses import ThresholdsSerializer, prevalence, thresholds
from cases.models import ModelVersion


class ModelSerializer(serializers.Serializer):
    """A model version: what it is for, what it is not for, and what its numbers are stated for."""

    id = serializers.UUIDField()
    url = serializers.SerializerMethodField()
    name = serializers.CharField()
    version = serializers.CharField()
    is_active = serializers.BooleanField()
    is_demonstration = serializers.BooleanField(
        help_text="Made to try the platform; its answers are not to be relied on."
    )
    activated_at = serializers.DateTimeField(allow_null=True)
    weights_sha256 = serializers.CharField()
    preprocessing_version = serializers.CharField()
    thresholds = serializers.SerializerMethodField()
    calibration_prevalence = serializers.SerializerMethodField(
        help_text="The share of fractured radiographs that its probabilities are stated for."
    )
    intended_use = serializers.SerializerMethodField(help_text="Markdown, from its card.")
    limits = serializers.SerializerMethodField(help_text="Markdown, from its card.")
    card = serializers.CharField(help_text="Markdown: everything that was measured.")

    @extend_schema_field(serializers.URLField())
    def get_url(self, model: ModelVersion) -> str:
        address = reverse("api_model", args=[model.pk])
        return str(self.context["request"].build_absolute_uri(address))

    @extend_schema_field(ThresholdsSerializer(allow_null=True))
    def get_thresholds(self, model: ModelVersion) -> dict[str, float] | None:
        return thresholds(model.manifest.get("thresholds"))

    def get_calibration_prevalence(self, model: ModelVersion) -> float | None:
        return prevalence(model)

    def get_intended_use(self, model: ModelVersion) -> str:
        return card.section(model.card, "Intended use")

    def get_limits(self, model: ModelVersion) -> str:
        return card.section(model.card, "Limits")
