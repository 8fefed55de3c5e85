"""What the schema shows of requests and answers. A test holds each example against its schema."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

from cases.answers import DISCLAIMER
from cases.api.codes import CODES

_SITE = "https://radiographs.example/api/v1"
_CASE = "5d1c2f0e-7c55-4e0b-9a3e-0d3f0e6f2b11"
_RADIOGRAPH = "0b7a5f8c-2f0f-4a39-8f0a-6f4f8f1f6c22"
_ANALYSIS = "c3f1f5b2-63a1-4f7b-8d39-5f0d7e1b9a33"
_READ = "e9a4c7d6-1b2f-4c58-a1d0-2c9b8e7f5d44"
_MODEL = "f7d2b8e1-90c4-4d6a-b3f5-7a1e6c4d2b55"
_SENDER = {"id": "1f6c0a9e-3b7d-4e52-8c41-9d2e5f7a8b66", "name": "Island Telemedicine"}
_READER = {"id": "2a8d1c7f-5e9b-4063-9f52-0e3f6a8b9c77", "name": "Harbour Hospital"}
_RECEIVED = "2026-11-28T09:30:00.123456Z"
_ANSWERED = "2026-11-28T09:30:02.456789Z"

_LISTED: Final[dict[str, Any]] = {
    "id": _CASE,
    "url": f"{_SITE}/cases/{_CASE}/",
    "status": "finished",
    "level": "fracture",
    "withheld": False,
    "priority": "urgent",
    "patient_reference": "ISL-0417",
    "age_years": 61,
    "sex": "female",
    "body_region": "wrist",
    "side": "left",
    "source": "api",
    "submitting_organization": _SENDER,
    "reading_organization": _READER,
    "received_at": _RECEIVED,
    "changed_at": _ANSWERED,
    "reading_deadline": None,
    "read_at": None,
    "withdrawn_at": None,
}


def _image(rendition: str) -> dict[str, str]:
    return {"url": f"{_SITE}/radiographs/{_RADIOGRAPH}/{rendition}/"}


_SHOWN: Final[dict[str, Any]] = {
    "id": _RADIOGRAPH,
    "position": 0,
    "view": "frontal",
    "received_at": _RECEIVED,
    "format": "dicom",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "received_bytes": 3164160,
    "width": 1242,
    "height": 1536,
    "bits": 12,
    "pixel_spacing": {"row_mm": 0.15, "column_mm": 0.15, "kind": "detector"},
    "not_assessable": "",
    "warnings": [],
    "withdrawn_at": None,
    "withdrawal_reason": "",
    "answer": {
        "kind": "fracture",
        "statement": "Fracture suspected",
        "note": "",
        "probability": 0.83,
        "analysis": _ANALYSIS,
        "pending": None,
    },
    "images": {name: _image(name) for name in ("original", "canonical", "deep", "thumbnail")}
    | {"heatmap": {"url": f"{_SITE}/analyses/{_ANALYSIS}/heatmap/"}},
}
_QUEUED = {
    "kind": "queued",
    "statement": "Waiting",
    "note": "",
    "probability": None,
    "analysis": None,
    "pending": None,
}
_WHOLE: Final[dict[str, Any]] = {
    **_LISTED,
    "clinical_question": "Fall on the hand",
    "withdrawal_reason": "",
    "external_ids": {"accession": "A-20417", "order": None, "study_uid": None},
    "disclaimer": str(DISCLAIMER),
    "radiographs": [_SHOWN],
}
_NEW: Final[dict[str, Any]] = {
    **_WHOLE,
    "status": "queued",
    "level": "incomplete",
    "changed_at": _RECEIVED,
    "radiographs": [{**_SHOWN, "answer": _QUEUED}],
}
_ANALYSED: Final[dict[str, Any]] = {
    "id": _ANALYSIS,
    "radiograph": _RADIOGRAPH,
    "status": "succeeded",
    "level": "fracture",
    "probability": 0.83,
    "calibration_prevalence": 0.18,
    "logit": 1.6,
    "class_scores": {"fracture": 0.83},
    "marks": [{"x": 412.0, "y": 640.5, "width": 96.0, "height": 88.0, "peak": 0.77}],
    "thresholds": {"rule_out": 0.03, "rule_in": 0.37},
    "heatmap_url": f"{_SITE}/analyses/{_ANALYSIS}/heatmap/",
    "model": {
        "id": _MODEL,
        "name": "efficientnet-lite0-pair",
        "version": "2",
        "is_demonstration": False,
        "url": f"{_SITE}/models/{_MODEL}/",
    },
    "weights_sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "preprocessing_version": "1",
    "engine": "litert",
    "timings_ms": {"waited": 210.0, "inferred": 11.5, "total": 64.0},
    "attempt": 1,
    "requested_at": _RECEIVED,
    "started_at": _RECEIVED,
    "finished_at": _ANSWERED,
    "error": None,
}
_READ_SENT: Final[dict[str, Any]] = {
    "reader_email": "reader@harbour.example",
    "conclusion": "fracture",
    "body_region": "wrist",
    "side": "left",
    "comment": "Distal radius",
}
"""Without ids: what is tried as it stands must not fail for one that was made up."""
_READ_TOLD: Final[dict[str, Any]] = {
    "id": _READ,
    "reader": "Dr. Ada Reader",
    "organization": _READER,
    "created_at": "2026-11-28T09:41:10.000001Z",
    "amends": None,
    "stands": True,
    **{name: value for name, value in _READ_SENT.items() if name != "reader_email"},
    "other_findings": [],
    "analysis": _ANALYSIS,
    "agreement": "agree",
    "mark": {"radiograph": _RADIOGRAPH, "x": 455.0, "y": 690.0},
}
FORM: Final = "multipart/form-data"
IN_A_FORM: Final[dict[str, Any]] = {"patient_reference": "ISL-0417", "photographs": []}
"""What a form that is tried begins with; what else is optional begins empty."""
_SUBMITTED: Final[dict[str, Any]] = {
    "patient_reference": "ISL-0417",
    "radiographs": ["(the bytes of wrist.dcm)"],
    "views": ["frontal"],
    "age_years": 61,
    "sex": "female",
    "body_region": "wrist",
    "side": "left",
    "clinical_question": "Fall on the hand",
    "priority": "urgent",
    "accession": "A-20417",
}


def _sent(value: Any, media_type: str = "application/json") -> OpenApiExample:
    return OpenApiExample("Example", value=value, request_only=True, media_type=media_type)


def _told(value: Any, status: int = 200) -> OpenApiExample:
    return OpenApiExample("Example", value=value, response_only=True, status_codes=[str(status)])


OF: Final[dict[str, list[OpenApiExample]]] = {
    "list_cases": [_told({"next": f"{_SITE}/cases/?cursor=bzE3", "results": [_LISTED]})],
    "submit_case": [_sent(_SUBMITTED, FORM), _told(_NEW, 202)],
    "get_case": [_told(_WHOLE)],
    "list_analyses": [_told({"withheld": False, "results": [_ANALYSED]})],
    "list_reads": [_told({"withheld": False, "results": [_READ_TOLD]})],
    "record_read": [_sent(_READ_SENT), _told(_READ_TOLD, 201)],
    "rerun_case": [_sent({})],
    "withdraw_case": [_sent({"reason": "Sent twice"})],
    "create_webhook": [
        _sent(
            {
                "url": "https://receiver.example/hook",
                "event_types": ["case.finished", "case.failed"],
                "description": "The gateway",
            }
        )
    ],
    "change_webhook": [_sent({"is_active": False})],
    "rotate_webhook_secret": [_sent({})],
    "replay_failed_webhooks": [_sent({"since": "2026-11-27T00:00:00Z"})],
}
"""By the operation."""

_REFUSALS: Final[dict[str, tuple[str, str | None]]] = {
    "400": ("required", "patient_reference"),
    "401": ("key_unknown", None),
    "403": ("scope_missing", None),
    "404": ("not_found", None),
    "406": ("not_acceptable", None),
    "409": ("case_withdrawn", None),
    "413": ("too_many_bytes", None),
    "415": ("unsupported_media_type", None),
    "422": ("not_an_image", "radiographs.0"),
    "429": ("throttled", None),
    "500": ("error", None),
    "503": ("unavailable", None),
}
"""By status: a code, and the field that it is about."""


def _refusal(status: str) -> dict[str, Any]:
    code, attr = _REFUSALS[status]
    kind = "server_error" if status >= "500" else "client_error"
    return {
        "type": "validation_error" if attr else kind,
        "request_id": "0d9f2c1e-7a64-4f0e-8a55-6b1c3e9d2f88",
        "errors": [{"code": code, "detail": CODES[code], "attr": attr}],
    }


def add_refusals(result: dict[str, Any], **_known: Any) -> dict[str, Any]:
    """Each once among the components, and named by every operation that answers so: a hook of
    drf-spectacular, which would write them out every time."""
    result["components"]["examples"] = {
        f"Problem{status}": {"value": _refusal(status)} for status in _REFUSALS
    }
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status in _REFUSALS:
                    named = {"$ref": f"#/components/examples/Problem{status}"}
                    answer["content"]["application/json"]["examples"] = {"Example": named}
    return result
