"""Parts that several answers and requests have."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from rest_framework import serializers

from accounts.models import Organization
from cases.api.problems import wrong


class StrictSerializer(serializers.Serializer):
    """What is sent. A field that is not known is refused: it was meant to say something.

    `schema_more` is what the schema says of it beside its fields.
    """

    schema_more: ClassVar[Mapping[str, Any]] = {}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) or hasattr(data, "getlist"):
            self._refuse(data)
        return super().to_internal_value(data)

    def _refuse(self, data: Mapping[str, Any]) -> None:
        problems = {name: [wrong("unknown_field")] for name in set(data) - set(self.fields)}
        if isinstance(data, QueryDict):
            for name, field in self.fields.items():
                several = isinstance(field, serializers.ListField)
                if not several and len(data.getlist(name)) > 1:
                    problems[name] = [wrong("repeated_field")]
        if problems:
            raise serializers.ValidationError(problems)


class EmptySerializer(StrictSerializer):
    """Nothing is sent."""


class OrganizationSerializer(serializers.ModelSerializer):
    """An organization by its name."""

    class Meta:
        model = Organization
        fields = ["id", "name"]


class LinkSerializer(serializers.Serializer):
    """An image. `url` needs the key; `signed_url` works without it until `signed_until`."""

    url = serializers.URLField()
    signed_url = serializers.URLField(required=False)
    signed_until = serializers.DateTimeField(required=False)


class ErrorSerializer(serializers.Serializer):
    """One thing that is wrong. `attr` is the path of the field, if it is about one."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ProblemSerializer(serializers.Serializer):
    """What every error of the API looks like."""

    type = serializers.ChoiceField(["validation_error", "client_error", "server_error"])
    request_id = serializers.CharField()
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # a field of the answer
