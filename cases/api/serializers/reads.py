"""A read as the API tells it, and as it is sent."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.problems import field_error
from cases.api.serializers.common import OrganizationSerializer, StrictSerializer
from cases.models import Read
from cases.vocabulary import Agreement, BodyRegion, Conclusion, OtherFinding, Side


class PlaceSerializer(StrictSerializer):
    """A place on a radiograph of the case, in its pixels."""

    radiograph = serializers.UUIDField()
    x = serializers.FloatField(min_value=0, max_value=1_000_000)
    y = serializers.FloatField(min_value=0, max_value=1_000_000)


class ReadSerializer(serializers.Serializer):
    """What a clinician concluded. A read is never changed: a later one amends it."""

    id = serializers.UUIDField()
    reader = serializers.CharField()
    organization = OrganizationSerializer()
    created_at = serializers.DateTimeField()
    amends = serializers.UUIDField(source="amends_id", allow_null=True)
    stands = serializers.SerializerMethodField(help_text="False once another read amends it.")
    conclusion = serializers.ChoiceField(Conclusion.choices)
    body_region = serializers.ChoiceField(BodyRegion.choices, allow_blank=True)
    side = serializers.ChoiceField(Side.choices, allow_blank=True)
    other_findings = serializers.ListField(child=serializers.ChoiceField(OtherFinding.choices))
    comment = serializers.CharField()
    analysis = serializers.UUIDField(source="analysis_id", allow_null=True)
    agreement = serializers.ChoiceField(Agreement.choices, allow_blank=True)
    mark = serializers.SerializerMethodField()

    def get_stands(self, read: Read) -> bool:
        return not hasattr(read, "amended_by")

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_mark(self, read: Read) -> dict[str, Any] | None:
        if read.marked_radiograph_id is None:
            return None
        place = {"x": read.marked_x, "y": read.marked_y}
        return {"radiograph": str(read.marked_radiograph_id), **place}


class ReadsSerializer(serializers.Serializer):
    """The reads of a case, the newest first; none while the answer is withheld."""

    withheld = serializers.BooleanField()
    results = ReadSerializer(many=True)


class ReadSubmissionSerializer(StrictSerializer):
    """A read. `analysis` is the answer that was before the reader, `agreement` what they think of
    it, `amending` their own earlier read, if there is one."""

    reader_email = serializers.EmailField(
        required=False, help_text="With a key: the clinician who has read the case."
    )
    conclusion = serializers.ChoiceField(Conclusion.choices)
    body_region = serializers.ChoiceField(
        BodyRegion.choices, required=False, allow_blank=True, default=""
    )
    side = serializers.ChoiceField(Side.choices, required=False, allow_blank=True, default="")
    other_findings = serializers.ListField(
        child=serializers.ChoiceField(OtherFinding.choices),
        required=False,
        default=list,
        max_length=len(OtherFinding.values),
    )
    comment = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    analysis = serializers.UUIDField(required=False, allow_null=True, default=None)
    agreement = serializers.ChoiceField(
        Agreement.choices, required=False, allow_blank=True, default=""
    )
    mark = PlaceSerializer(required=False, allow_null=True, default=None)
    amending = serializers.UUIDField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if OtherFinding.OTHER in attrs["other_findings"] and not attrs["comment"].strip():
            raise field_error("comment", "comment_wanted")
        return attrs
