"""A radiograph as the API tells it, with the software's answer about it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.answers import Answer, demonstration_note, region_note
from cases.api import links
from cases.api.permissions import may_look
from cases.api.serializers.common import LinkSerializer
from cases.models import Analysis, Case, Radiograph
from cases.vocabulary import PixelSpacingKind, View

NOT_FOR_THIS_KEY = "Not told to an API key without the scope read."
RENDITIONS = ("original", "canonical", "deep", "thumbnail")


class SpacingSerializer(serializers.Serializer):
    """Millimetres between the middles of two pixels, and where that was measured."""

    row_mm = serializers.FloatField()
    column_mm = serializers.FloatField()
    kind = serializers.ChoiceField(PixelSpacingKind.choices)


class ImagesSerializer(serializers.Serializer):
    """The received file without what identifies a person, the 8-bit image that is analysed, a
    16-bit one where the source has more, a small one, and the heatmap of the answer that stands:
    stretch it over the canonical image, it is smaller."""

    original = LinkSerializer()
    canonical = LinkSerializer()
    deep = LinkSerializer(allow_null=True)
    thumbnail = LinkSerializer()
    heatmap = LinkSerializer(allow_null=True)


class AnswerSerializer(serializers.Serializer):
    """What stands for a radiograph now. Show `statement`, and `note` where there is one, wherever
    you show `kind`."""

    kind = serializers.CharField(
        help_text="A finding level, or why there is none: queued, running, cancelled, failed, "
        "none (waits for a model) or withheld."
    )
    statement = serializers.CharField()
    note = serializers.CharField(
        help_text="That the software was not made for this region, that a model is for "
        "demonstration only, or empty."
    )
    probability = serializers.FloatField(allow_null=True)
    analysis = serializers.UUIDField(
        allow_null=True, help_text="The analysis that says so, among those of the case."
    )
    pending = serializers.UUIDField(
        allow_null=True, help_text="A newer one that has not answered, while this one stands."
    )


class RadiographSerializer(serializers.Serializer):
    """One image of a case. The context's `signed` asks for signed links."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    view = serializers.ChoiceField(View.choices, allow_blank=True)
    received_at = serializers.DateTimeField(source="created_at")
    format = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the bytes received.")
    received_bytes = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bits = serializers.IntegerField()
    pixel_spacing = serializers.SerializerMethodField()
    not_assessable = serializers.CharField(
        help_text="A code if no model is asked about this image, else empty."
    )
    warnings = serializers.ListField(child=serializers.CharField())
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawal_reason = serializers.CharField()
    answer = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()

    @extend_schema_field(SpacingSerializer(allow_null=True))
    def get_pixel_spacing(self, row: Radiograph) -> dict[str, Any] | None:
        if row.pixel_spacing_row_mm is None or row.pixel_spacing_column_mm is None:
            return None
        return {
            "row_mm": row.pixel_spacing_row_mm,
            "column_mm": row.pixel_spacing_column_mm,
            "kind": row.pixel_spacing_kind,
        }

    @extend_schema_field(AnswerSerializer())
    def get_answer(self, row: Radiograph) -> dict[str, Any]:
        answer: Answer = self.context["answers"][row.pk]
        told = answer.analysis
        words = f"{answer.words} {answer.more}".strip()
        return {
            "kind": str(answer.kind),
            "statement": words if may_look(self.context["request"]) else NOT_FOR_THIS_KEY,
            "note": _note(row.case, told) if told and told.level else "",
            "probability": told.probability if told else None,
            "analysis": str(told.pk) if told else None,
            "pending": str(answer.pending.pk) if answer.pending else None,
        }

    @extend_schema_field(ImagesSerializer(allow_null=True))
    def get_images(self, row: Radiograph) -> dict[str, Any] | None:
        """None of what was withdrawn is shown to anybody."""
        if row.withdrawn_at or row.case.withdrawn_at:
            return None
        return dict(self._images(row))

    def _images(self, row: Radiograph) -> Iterator[tuple[str, dict[str, Any] | None]]:
        for rendition in RENDITIONS:
            there = rendition != "deep" or bool(row.deep)
            yield rendition, self._link(links.image(row.pk, rendition)) if there else None
        told = self.context["answers"][row.pk].analysis
        heatmap = told is not None and bool(told.heatmap)
        yield "heatmap", self._link(links.heatmap(told.pk)) if heatmap else None

    def _link(self, address: str) -> dict[str, Any]:
        request = self.context["request"]
        link = {"url": request.build_absolute_uri(address)}
        if self.context.get("signed"):
            until = timezone.now() + timedelta(seconds=settings.API_LINK_SECONDS)
            link["signed_url"] = links.signed(request, address)
            link["signed_until"] = serializers.DateTimeField().to_representation(until)
        return link


def _note(case: Case, told: Analysis) -> str:
    return " ".join(filter(None, [region_note(case), demonstration_note(told.model_version)]))


class RadiographsSerializer(serializers.Serializer):
    """The radiographs of a case in their order, withdrawn ones too."""

    results = RadiographSerializer(many=True)
