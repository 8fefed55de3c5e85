"""What the schema says of each operation besides its fields."""

from typing import Any, Final

from django_filters import CharFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from cases.api import examples
from cases.api.filters import CaseFilterSet
from cases.api.pagination import LARGEST
from cases.models import AccessRecord
from cases.selectors.cases import PAGE_SIZE
from cases.vocabulary import DeliveryStatus

HEADER: Final = "header"
QUERY: Final = "query"
PATH: Final = "path"
NOT_MODIFIED = OpenApiResponse(description="It is as the ETag that was sent says.")
BINARY = OpenApiTypes.BINARY


def _answer_header(name: str, says: str, *codes: int, kind: Any = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, HEADER, description=says, response=list(codes))


_WORDS = {"type": "string", "maxLength": 64, "pattern": r"^[^\x00-\x1f\x7f]*$"}


def _filters() -> list[OpenApiParameter]:
    """As the list's filter set has them; the view reads it by itself."""
    kinds: dict[str, Any] = dict.fromkeys(
        ("received_from", "received_before", "changed_from"), OpenApiTypes.DATETIME
    )
    return [
        OpenApiParameter(
            name,
            kinds.get(name, _WORDS if isinstance(one, CharFilter) else str),
            QUERY,
            description=str(one.extra.get("help_text", "")),
            enum=[value for value, _label in one.extra.get("choices", [])] or None,
        )
        for name, one in CaseFilterSet.base_filters.items()
    ]


_ASK_AGAIN = "Seconds after which to ask again; there while analyses are unfinished."
_LOCATION = "The case's own address."
_PAGING = (
    OpenApiParameter("cursor", str, QUERY, description="Where the page begins, from `next`."),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": PAGE_SIZE},
        QUERY,
        description="How many a page holds.",
    ),
)

LIST_CASES: dict[str, Any] = {
    "operation_id": "list_cases",
    "examples": examples.OF["list_cases"],
    "summary": "List cases",
    "description": "Those that your organization submitted or reads, the newest first. A filter by "
    "level finds no case whose answer is withheld.",
    "tags": ["cases"],
    "parameters": [
        *_filters(),
        *_PAGING,
    ],
}
SUBMIT_CASE: dict[str, Any] = {
    "operation_id": "submit_case",
    "examples": examples.OF["submit_case"],
    "summary": "Submit a case",
    "description": "Stored whole or not at all, then queued. With an `Idempotency-Key` the same "
    "submission may be sent again within 24 hours, makes no second case, and is answered with the "
    "case as it stands by then. To a key without the scope `read` answers are withheld.",
    "tags": ["cases"],
    "parameters": [
        OpenApiParameter(
            "Idempotency-Key",
            {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
            HEADER,
            description="Your own name of this submission, new for each, the same for each retry.",
        ),
        _answer_header("Location", _LOCATION, 202),
        _answer_header("Retry-After", _ASK_AGAIN, 202, kind=int),
        _answer_header("Idempotency-Replayed", "`true` where an earlier request made it.", 202),
    ],
}
GET_CASE: dict[str, Any] = {
    "operation_id": "get_case",
    "examples": examples.OF["get_case"],
    "summary": "Get a case",
    "description": "With its radiographs and what the software says of each. Ask with "
    "`If-None-Match` to be sent it only when it has changed.",
    "tags": ["cases"],
    "parameters": [
        OpenApiParameter("If-None-Match", str, HEADER, description="The ETag that you have."),
        _answer_header("ETag", "Changes whenever the answer does.", 200, 304),
        _answer_header("Retry-After", _ASK_AGAIN, 200, 304, kind=int),
    ],
}
CANCEL: dict[str, Any] = {
    "operation_id": "cancel_case",
    "summary": "Cancel what waits of a case",
    "description": "Takes its queued analyses out of the queue; what runs goes on. The case stays.",
    "tags": ["cases"],
}
RERUN: dict[str, Any] = {
    "operation_id": "rerun_case",
    "examples": examples.OF["rerun_case"],
    "summary": "Ask the active model again",
    "description": "About one radiograph, or all that can be assessed, or nothing where there is "
    "no room for all. What was answered before stays; what waits or runs is not asked twice.",
    "tags": ["cases"],
    "parameters": [
        _answer_header("Location", _LOCATION, 202),
        _answer_header("Retry-After", _ASK_AGAIN, 202, kind=int),
    ],
}
WITHDRAW: dict[str, Any] = {
    "operation_id": "withdraw_case",
    "examples": examples.OF["withdraw_case"],
    "summary": "Withdraw a case, or one radiograph of it",
    "description": "It was sent by mistake: it leaves the worklist and its images are shown to "
    "nobody any more. Only the organization that submitted it may, and it is never undone.",
    "tags": ["cases"],
}
RADIOGRAPHS: dict[str, Any] = {
    "operation_id": "list_radiographs",
    "summary": "List the radiographs of a case",
    "description": "Each with links to its images that work for some minutes without the key.",
    "tags": ["images"],
}
ADD_RADIOGRAPHS: dict[str, Any] = {
    "operation_id": "add_radiographs",
    "summary": "Add radiographs to a case",
    "description": "Further views of the same encounter; the case is to be read again. By either "
    "organization of it, and once with an `Idempotency-Key`.",
    "tags": ["images"],
    "parameters": SUBMIT_CASE["parameters"],
}
ANALYSES: dict[str, Any] = {
    "operation_id": "list_analyses",
    "examples": examples.OF["list_analyses"],
    "summary": "List the analyses of a case",
    "description": "Every clinical analysis of its radiographs, the newest first.",
    "tags": ["cases"],
}
READS: dict[str, Any] = {
    "operation_id": "list_reads",
    "examples": examples.OF["list_reads"],
    "summary": "List the reads of a case",
    "description": "What clinicians concluded, the newest first. Of those that were amended a "
    "later one stands.",
    "tags": ["reads"],
}
RECORD_READ: dict[str, Any] = {
    "operation_id": "record_read",
    "examples": examples.OF["record_read"],
    "summary": "Record a read",
    "description": "By a clinician of the reading organization. A key of the scope `submit` names "
    "the clinician who has read the case by `reader_email`: the read is that person's, and the "
    "record names the key too.",
    "tags": ["reads"],
}
_SIGNATURE = OpenApiParameter(
    "signature", str, QUERY, description="Part of a signed link, in place of the key."
)
IMAGE: dict[str, Any] = {
    "operation_id": "get_image",
    "summary": "Get an image of a radiograph",
    "description": "Who was sent it is recorded.",
    "tags": ["images"],
    "parameters": [
        OpenApiParameter(
            "rendition",
            str,
            PATH,
            enum=[one for one in AccessRecord.Rendition.values if one != "heatmap"],
        ),
        _SIGNATURE,
    ],
}
HEATMAP: dict[str, Any] = {
    "operation_id": "get_heatmap",
    "summary": "Get the heatmap of an analysis",
    "description": "A transparent PNG, smaller than the radiograph: stretch it over the whole "
    "canonical image. Who was sent it is recorded.",
    "tags": ["images"],
    "parameters": [_SIGNATURE],
}
ACTIVE_MODEL: dict[str, Any] = {
    "operation_id": "get_active_model",
    "summary": "Get the model that is asked now",
    "description": "With its thresholds, what it is for and what it is not for. 404 without one.",
    "tags": ["models"],
}
MODEL: dict[str, Any] = {
    "operation_id": "get_model",
    "summary": "Get a model version",
    "description": "One that answered earlier, for example.",
    "tags": ["models"],
}
ME: dict[str, Any] = {
    "operation_id": "get_me",
    "summary": "Who you are here",
    "description": "For any key, whatever its scopes.",
    "tags": ["account"],
}
USAGE: dict[str, Any] = {
    "operation_id": "get_usage",
    "summary": "The limits, and what is used of them",
    "description": "For any key, whatever its scopes.",
    "tags": ["account"],
}
_BY_ADMIN = "For keys with the scope `admin`, and for administrators who signed in. "


def _webhooks(name: str, summary: str, says: str, *parameters: Any) -> dict[str, Any]:
    return {
        "operation_id": name,
        "examples": examples.OF.get(name, []),
        "summary": summary,
        "description": _BY_ADMIN + says,
        "tags": ["webhooks"],
        "parameters": list(parameters),
    }


LIST_WEBHOOKS = _webhooks("list_webhooks", "List webhook endpoints", "The oldest first.")
CREATE_WEBHOOK = _webhooks(
    "create_webhook",
    "Make a webhook endpoint",
    "The answer holds the secret that requests are signed with: it is told this once.",
    _answer_header("Location", "The endpoint's own address.", 201),
)
GET_WEBHOOK = _webhooks("get_webhook", "Get a webhook endpoint", "Without its secret.")
CHANGE_WEBHOOK = _webhooks(
    "change_webhook",
    "Change a webhook endpoint, or switch it off and on",
    "What is not sent stays. Nothing is kept for an endpoint while it is off; what waited before "
    "is sent when it is switched on.",
)
REMOVE_WEBHOOK = _webhooks(
    "remove_webhook",
    "Remove a webhook endpoint",
    "Nothing is sent there any more, not what waits either; what was sent cannot be looked at.",
)
ROTATE_WEBHOOK_SECRET = _webhooks(
    "rotate_webhook_secret",
    "Make a new secret",
    "It is told this once. For 24 hours the one before it signs as well, and so long another is "
    "only made with `at_once`, which ends both.",
)
TEST_WEBHOOK = _webhooks(
    "test_webhook",
    "Send a test",
    "An event `webhook.test`, by the way that every event takes. Look among the deliveries for "
    "what came of it.",
)
DELIVERIES = _webhooks(
    "list_webhook_deliveries",
    "List what was sent to an endpoint",
    "The newest first, each with its attempts, the newest first. They are kept for 30 days.",
    OpenApiParameter("status", str, QUERY, enum=DeliveryStatus.values),
    *_PAGING,
)
REPLAY_FAILED = _webhooks(
    "replay_failed_webhooks",
    "Send everything again that failed",
    "Of what happened since a moment, under the same ids, and at once what waits for its next "
    "attempt.",
)
REPLAY = _webhooks(
    "replay_webhook",
    "Send one event again",
    "Under the same id, whether it was delivered or not; what waits for its next attempt, at once.",
)
