"""Parts that several answers and requests have."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from rest_framework import serializers

from accounts.models import Organization
from cases.api.problems import offered, unknown, wrong


class StrictSerializer(serializers.Serializer):
    """What is sent. A field that is not known is refused: it was meant to say something.

    `schema_more` is what the schema says of it beside its fields.
    """

    schema_more: ClassVar[Mapping[str, Any]] = {}

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for field in fields.values():
            say_choices(field)
            say_choices(getattr(field, "child", None))
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """Whatever is wrong is said at once: a misspelt name, and that the right one is missing."""
        problems: dict[str, Any] = {}
        if isinstance(data, Mapping) or hasattr(data, "getlist"):
            problems = self._strange(data)
        try:
            understood = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not problems or not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**error.detail, **problems}) from None
        if problems:
            raise serializers.ValidationError(problems)
        return understood

    def _strange(self, data: Mapping[str, Any]) -> dict[str, Any]:
        problems = {
            name: [unknown("unknown_field", name, self.fields)]
            for name in sorted(set(data) - set(self.fields))
        }
        if isinstance(data, QueryDict):
            for name, field in self.fields.items():
                several = isinstance(field, serializers.ListField)
                if not several and len(data.getlist(name)) > 1:
                    problems[name] = [wrong("repeated_field")]
        return problems


def say_choices(field: Any) -> None:
    """Where a word is not offered the answer says which are."""
    if isinstance(field, serializers.ChoiceField):
        said = offered([str(word) for word in field.choices])
        field.error_messages = {**field.error_messages, "invalid_choice": said}


class SeveralFiles(serializers.ListField):
    """Files of a form. An empty text in their place is a field in which nothing was chosen."""

    child = serializers.FileField(allow_empty_file=True)

    def get_value(self, dictionary: Any) -> Any:
        given = super().get_value(dictionary)
        if not isinstance(given, list):
            return given
        return [one for one in given if one != ""] or serializers.empty


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
