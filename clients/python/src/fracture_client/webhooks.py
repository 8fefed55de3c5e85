"""Webhooks of the platform, verified by the Standard Webhooks convention (standardwebhooks.com)."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from fracture_client.errors import BadWebhook, UnexpectedAnswer
from fracture_client.parsing import record

TOLERANCE_SECONDS = 5 * 60
SHORTEST_KEY = 16
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


@dataclass(frozen=True)
class Event:
    """What happened. The same `id` can come twice: drop what you have seen. `data` holds ids and a
    status and nothing else; look up what you want to know."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Event:
    """The event of a request, from its bytes as they came and its headers.

    `secret` is the endpoint's `whsec_...`. Raises BadWebhook where no signature fits, or where it
    was made more than `tolerance` seconds from `now`, before or after.
    """
    key = _key(secret)
    said = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, stamp, signatures = said[ID], said[TIMESTAMP], said[SIGNATURE]
        made = int(stamp)
    except KeyError as error:
        raise BadWebhook(f"There is no header {error.args[0]}.") from None
    except ValueError:
        raise BadWebhook("The timestamp is no number.") from None
    if abs((time.time() if now is None else now) - made) > tolerance:
        raise BadWebhook("The timestamp is too far from now: is the clock right?")
    wanted = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, sha256).digest()
    if not any(_fits(one, wanted) for one in signatures.split()):
        raise BadWebhook("No signature fits: another secret, or the body was changed.")
    return _event(message_id, body)


def _key(secret: str) -> bytes:
    """Raises ValueError for an empty one above all, with which everybody could sign."""
    try:
        key = base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if len(key) < SHORTEST_KEY:
        raise ValueError("The secret of a webhook is whsec_ and some forty characters of Base64.")
    return key


def _fits(signature: str, wanted: bytes) -> bool:
    """In constant time; versions other than v1 are passed over."""
    version, _comma, encoded = signature.partition(",")
    expected = base64.b64encode(wanted)
    return version == "v1" and hmac.compare_digest(encoded.encode(), expected)


def _event(message_id: str, body: bytes) -> Event:
    try:
        told = json.loads(body)
        return record(Event, {**told, "id": message_id})
    except (ValueError, TypeError, UnexpectedAnswer):
        raise BadWebhook("It is signed, but no event of the platform.") from None
