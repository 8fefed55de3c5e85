"""Webhook endpoints and what was sent to them, as the API takes and tells them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.moments import MomentField
from cases.api.serializers.common import OrganizationSerializer, StrictSerializer
from cases.forms import printable, sensible_year
from cases.models import WebhookDelivery, WebhookEndpoint
from cases.models.webhook_delivery import EVENT_TYPES
from cases.vocabulary import AttemptError, DeliveryStatus, SwitchedOff, WebhookEventType

_MOST_NAMES = 50


@extend_schema_field(
    serializers.ListField(child=serializers.ChoiceField(WebhookEventType.choices), min_length=1)
)
class EventTypesField(serializers.ListField):
    """Which names there are is known to the service, which refuses the others."""

    child = serializers.CharField(max_length=30)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=_MOST_NAMES, **options)


class EndpointSubmissionSerializer(StrictSerializer):
    """A new endpoint."""

    url = serializers.CharField(
        max_length=500, help_text="Where your system waits, as https://host/path."
    )
    description = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default="", validators=[printable]
    )
    event_types = EventTypesField()


class EndpointChangeSerializer(StrictSerializer):
    """What is to be otherwise; what is not sent stays."""

    url = serializers.CharField(max_length=500, required=False)
    description = serializers.CharField(
        max_length=120, required=False, allow_blank=True, validators=[printable]
    )
    event_types = EventTypesField(required=False)
    is_active = serializers.BooleanField(required=False, help_text="Switch it on or off.")


class EndpointSerializer(serializers.Serializer):
    """An endpoint of `endpoints_shown`."""

    id = serializers.UUIDField()
    organization = OrganizationSerializer()
    url = serializers.CharField(help_text="Where events are posted.")
    description = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(WebhookEventType.choices))
    is_active = serializers.BooleanField()
    state = serializers.ChoiceField(
        ["new", "working", "failing", "off"], help_text="How it does, in a word."
    )
    created_at = serializers.DateTimeField()
    listening_since = serializers.DateTimeField(
        help_text="From when on events are kept for it; of what happened before nothing is sent."
    )
    last_delivered_at = serializers.DateTimeField(source="last_success_at", allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.ChoiceField(
        [(reason, label) for reason, label in SwitchedOff.choices if reason != SwitchedOff.REMOVED],
        allow_blank=True,
    )
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before the present one signs as well."
    )
    waiting = serializers.IntegerField(help_text="Events that wait to be sent.")
    failed = serializers.IntegerField(help_text="Events that failed; they can be sent again.")


class EndpointsSerializer(serializers.Serializer):
    """The endpoints that you administer, the oldest first."""

    results = EndpointSerializer(many=True)


class EndpointSecretSerializer(EndpointSerializer):
    """An endpoint with its new secret, which is told this once."""

    secret = serializers.SerializerMethodField(help_text="`whsec_...`")

    def get_secret(self, endpoint: WebhookEndpoint) -> str:
        return str(self.context["secret"])


class AttemptSerializer(serializers.Serializer):
    """One request: the HTTP status of its answer, or the code of what kept one away."""

    at = serializers.DateTimeField()
    http_status = serializers.IntegerField(allow_null=True)
    error_code = serializers.ChoiceField(AttemptError.choices, allow_blank=True)
    milliseconds = serializers.IntegerField()
    answer = serializers.CharField(help_text="Its beginning, at most 1 KiB.")


class DeliverySerializer(serializers.Serializer):
    """One event on its way to one endpoint."""

    id = serializers.UUIDField()
    event_id = serializers.UUIDField(help_text="Sent as `webhook-id`, the same with each attempt.")
    event_type = serializers.ChoiceField(EVENT_TYPES, source="event.type")
    case = serializers.UUIDField(source="event.case_id", allow_null=True)
    payload = serializers.JSONField(source="event.payload", help_text="What is sent.")
    status = serializers.ChoiceField(DeliveryStatus.choices)
    happened_at = serializers.DateTimeField(source="event.created_at")
    next_attempt_at = serializers.SerializerMethodField(help_text="Null where none is to come.")
    finished_at = serializers.DateTimeField(allow_null=True)
    attempts = AttemptSerializer(source="tries", many=True)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_attempt_at(self, delivery: WebhookDelivery) -> Any:
        if delivery.status != DeliveryStatus.PENDING:
            return None
        return serializers.DateTimeField().to_representation(delivery.next_attempt_at)


class DeliveryPageSerializer(serializers.Serializer):
    """What was sent to an endpoint, the newest first. Follow `next` to the end."""

    next = serializers.URLField(allow_null=True)
    results = DeliverySerializer(many=True)


class DeliveriesAskedSerializer(StrictSerializer):
    """How the list is narrowed."""

    status = serializers.ChoiceField(DeliveryStatus.choices, required=False)


class SecretSerializer(StrictSerializer):
    """What becomes of those that there were."""

    at_once = serializers.BooleanField(
        default=False,
        help_text="They sign no more from now on, instead of the last one for another 24 hours.",
    )


class ReplayFailedSerializer(StrictSerializer):
    """From which moment on."""

    since = MomentField(validators=[sensible_year])


class ReplayedSerializer(serializers.Serializer):
    """How many events are sent again."""

    replayed = serializers.IntegerField()
