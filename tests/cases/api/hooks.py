"""What tests of webhooks over the API ask for."""

from collections.abc import Iterator
from typing import Any

NEW = {"url": "https://receiver.example/hook", "event_types": ["read.recorded", "case.finished"]}


def address(told: dict[str, Any], what: str = "") -> str:
    return f"webhooks/{told['id']}/{what}"


def operations(told: dict[str, Any], delivery_id: object) -> Iterator[tuple[str, str, Any]]:
    """Everything about one endpoint."""
    yield "get", address(told), None
    yield "patch", address(told), {"is_active": False}
    yield "post", address(told, "secret/"), {}
    yield "post", address(told, "test/"), {}
    yield "get", address(told, "deliveries/"), None
    yield "post", address(told, "replay/"), {"since": "2026-01-01T00:00:00Z"}
    yield "post", f"webhooks/deliveries/{delivery_id}/replay/", {}
    yield "delete", address(told), None
