"""What the schema says of the requests that we send: OpenAPI's `webhooks`. A test holds what is
really sent against it."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiWebhook

from cases.models.webhook_delivery import EVENT_TYPES
from cases.vocabulary import TEST_EVENT, CaseStatus, WebhookEventType

_ID: Final = {"type": "string", "format": "uuid"}
_CASE: Final = {"case_id": {**_ID, "description": "Look it up at `/api/v1/cases/ID/`."}}
_STATUS: Final = {"status": {"type": "string", "enum": list(CaseStatus.values)}}
_DATA: Final[dict[str, dict[str, Any]]] = {
    WebhookEventType.CASE_FINISHED: {
        **_CASE,
        "status": {"type": "string", "const": CaseStatus.FINISHED.value},
    },
    WebhookEventType.CASE_FAILED: {
        **_CASE,
        "status": {"type": "string", "const": CaseStatus.FAILED.value},
    },
    WebhookEventType.CASE_OVERDUE: {**_CASE, **_STATUS},
    WebhookEventType.ANALYSIS_SUPERSEDED: {
        **_CASE,
        "radiograph_id": _ID,
        "analysis_id": {**_ID, "description": "The earlier analysis."},
        "superseded_by": {**_ID, "description": "The newer one."},
    },
    WebhookEventType.READ_RECORDED: {
        **_CASE,
        "read_id": _ID,
        "amends": {
            "type": ["string", "null"],
            "format": "uuid",
            "description": "The read that it amends, if any.",
        },
    },
    TEST_EVENT: {"endpoint_id": _ID},
}
_WHEN: Final[dict[str, str]] = {
    WebhookEventType.CASE_FINISHED: "The analyses of a case have come to an end and one has an "
    "answer; again after a re-run.",
    WebhookEventType.CASE_FAILED: "All analyses of a case failed.",
    WebhookEventType.CASE_OVERDUE: "An unread case passed its deadline, or the limit of the "
    "organization that reads it: once for each deadline.",
    WebhookEventType.ANALYSIS_SUPERSEDED: "A newer analysis of the same radiograph has an answer.",
    WebhookEventType.READ_RECORDED: "A read was signed, or amended.",
    TEST_EVENT: "Somebody sent a test.",
}
_WHAT_IT_IS: Final = (
    "Ids and a status, never an answer: look up what you want to know. Verify the signature over "
    "the bytes as they came, drop a `webhook-id` that you have seen, and answer with any 2xx "
    "within 10 seconds; everything else is tried again for a day."
)


def _header(name: str, says: str, **schema: Any) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": says,
        "schema": {"type": "string", **schema},
    }


_HEADERS: Final = [
    _header("webhook-id", "The event's id, the same with each attempt.", format="uuid"),
    _header("webhook-timestamp", "When this attempt was sent, in seconds since 1970."),
    _header(
        "webhook-signature",
        "`v1,` and an HMAC-SHA-256 over `id.timestamp.body` in base64, as Standard Webhooks has "
        "it; two of them, with a space between, while the secret before the present one signs.",
    ),
]


def payload(event_type: str) -> dict[str, Any]:
    """The JSON Schema of its body. More fields may come."""
    data = _DATA[event_type]
    return {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "const": event_type},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened.",
            },
            "data": {"type": "object", "required": list(data), "properties": data},
        },
    }


def _operation(event_type: str, label: str) -> dict[str, Any]:
    return {
        "operationId": "on_" + event_type.replace(".", "_"),
        "summary": label,
        "description": f"{_WHEN[event_type]} {_WHAT_IT_IS}",
        "tags": ["webhooks"],
        "parameters": _HEADERS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": payload(event_type)}},
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Nothing is wanted any more: the endpoint is switched off."},
            "default": {"description": "Not taken: it is tried again."},
        },
    }


EVENTS: Final = [
    OpenApiWebhook(name, {"post": _operation(name, str(label))}) for name, label in EVENT_TYPES
]
