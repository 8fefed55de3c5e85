"""What every process does with an event before it is written down."""

from collections.abc import MutableMapping
from typing import Any

PRIVATE = frozenset({"patient_reference", "password", "token", "secret", "cookie", "authorization"})


def without_private(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep what identifies a patient, or opens a door, out of the logs.

    The case history is searched by patient reference in the address, so no query is logged.
    """
    for key in PRIVATE & event.keys():
        event[key] = "(private)"
    request = event.get("request")
    if isinstance(request, str):
        event["request"] = request.partition("?")[0]
    return event
