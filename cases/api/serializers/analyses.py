"""An analysis as the API tells it."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases import marks
from cases.api import links
from cases.models import Analysis, ModelVersion
from cases.vocabulary import AnalysisStatus, FindingLevel


class MarkSerializer(serializers.Serializer):
    """A box in pixels of the canonical radiograph, from its upper left corner; `peak` is the
    highest value of the map in it. It neither outlines nor proves a fracture."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()
    peak = serializers.FloatField()


class ThresholdsSerializer(serializers.Serializer):
    """Below `rule_out` no fracture is found, above `rule_in` one is suspected."""

    rule_out = serializers.FloatField()
    rule_in = serializers.FloatField()


class ModelReferenceSerializer(serializers.ModelSerializer):
    """Which model version was asked."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = ["id", "name", "version", "is_demonstration", "url"]

    def get_url(self, model: ModelVersion) -> str:
        address = reverse("api_model", args=[model.pk])
        return str(self.context["request"].build_absolute_uri(address))


class FailureSerializer(serializers.Serializer):
    """Why an analysis failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class AnalysisSerializer(serializers.Serializer):
    """One run of one model version over one radiograph; a re-run is another one."""

    id = serializers.UUIDField()
    radiograph = serializers.UUIDField(source="radiograph_id")
    status = serializers.ChoiceField(AnalysisStatus.choices)
    level = serializers.SerializerMethodField()
    probability = serializers.FloatField(
        allow_null=True, help_text="Calibrated, 0 to 1, for the prevalence that is stated."
    )
    calibration_prevalence = serializers.SerializerMethodField()
    logit = serializers.FloatField(allow_null=True)
    class_scores = serializers.DictField(child=serializers.FloatField())
    marks = serializers.SerializerMethodField()
    thresholds = serializers.SerializerMethodField()
    heatmap_url = serializers.SerializerMethodField()
    model = ModelReferenceSerializer(source="model_version")
    weights_sha256 = serializers.CharField()
    preprocessing_version = serializers.CharField()
    engine = serializers.CharField()
    timings_ms = serializers.DictField(child=serializers.FloatField())
    attempt = serializers.IntegerField()
    requested_at = serializers.DateTimeField(source="created_at")
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(FindingLevel.choices, allow_null=True))
    def get_level(self, analysis: Analysis) -> str | None:
        return analysis.level or None

    def get_calibration_prevalence(self, analysis: Analysis) -> float | None:
        return prevalence(analysis.model_version)

    @extend_schema_field(MarkSerializer(many=True))
    def get_marks(self, analysis: Analysis) -> Any:
        return MarkSerializer(marks.marks_of(analysis), many=True).data

    @extend_schema_field(ThresholdsSerializer(allow_null=True))
    def get_thresholds(self, analysis: Analysis) -> dict[str, float] | None:
        return thresholds(analysis.thresholds)

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_heatmap_url(self, analysis: Analysis) -> str | None:
        if not analysis.heatmap:
            return None
        return str(self.context["request"].build_absolute_uri(links.heatmap(analysis.pk)))

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_error(self, analysis: Analysis) -> dict[str, str] | None:
        if not analysis.error_code:
            return None
        return {"code": analysis.error_code, "message": analysis.error_message}


class AnalysesSerializer(serializers.Serializer):
    """The clinical analyses of a case, the newest first; none while the answer is withheld."""

    withheld = serializers.BooleanField()
    results = AnalysisSerializer(many=True)


def thresholds(given: Any) -> dict[str, float] | None:
    """What a bundle or an analysis says; None where it says nothing, or in another shape."""
    names = ("rule_out", "rule_in")
    if not isinstance(given, dict) or not all(isinstance(given.get(n), int | float) for n in names):
        return None
    return {name: float(given[name]) for name in names}


def prevalence(model: ModelVersion) -> float | None:
    """The share of fractured radiographs that the model's probabilities are stated for."""
    calibration = model.manifest.get("calibration")
    stated = calibration.get("prevalence") if isinstance(calibration, dict) else None
    return float(stated) if isinstance(stated, int | float) else None
