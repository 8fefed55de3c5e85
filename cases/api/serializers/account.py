"""Who calls, and what is used of the limits."""

from rest_framework import serializers

from accounts.models import ApiKey, Organization
from cases.api.serializers.common import OrganizationSerializer


class OwnOrganizationSerializer(OrganizationSerializer):
    """The organization that the key belongs to."""

    class Meta:
        model = Organization
        fields = ["id", "name", "kind"]


class KeySerializer(serializers.ModelSerializer):
    """The key that was sent, without its secret."""

    scopes = serializers.ListField(child=serializers.ChoiceField(ApiKey.Scope.choices))

    class Meta:
        model = ApiKey
        fields = ["id", "name", "prefix", "scopes", "created_at", "expires_at"]


class MeSerializer(serializers.Serializer):
    """Who you are here. `key` is null for a person who signed in."""

    name = serializers.CharField()
    organization = OwnOrganizationSerializer(allow_null=True)
    key = KeySerializer(allow_null=True)
    reading_organizations = OrganizationSerializer(
        many=True, help_text="Who may be asked to read what you submit, the default first."
    )


class RequestLimitSerializer(serializers.Serializer):
    """Requests in a minute. `used` and `resets_in` are null while they cannot be counted."""

    name = serializers.ChoiceField(["key", "organization"])
    limit = serializers.IntegerField()
    used = serializers.IntegerField(allow_null=True)
    resets_in = serializers.IntegerField(allow_null=True, help_text="Seconds.")


class UnfinishedSerializer(serializers.Serializer):
    """Analyses that wait or run, of the cases that your organization submitted."""

    limit = serializers.IntegerField()
    used = serializers.IntegerField()


class UploadLimitsSerializer(serializers.Serializer):
    """What one submission may hold."""

    max_files = serializers.IntegerField()
    max_file_bytes = serializers.IntegerField()
    max_request_bytes = serializers.IntegerField()
    max_pixels = serializers.IntegerField()


class UsageSerializer(serializers.Serializer):
    """The limits, and what is used of them."""

    requests_per_minute = RequestLimitSerializer(many=True)
    unfinished_analyses = UnfinishedSerializer(allow_null=True)
    submission = UploadLimitsSerializer()
