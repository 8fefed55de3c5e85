"""Signatures of webhooks, without a server."""

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from fracture_client import BadWebhook, verify_webhook

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
BODY = json.dumps(
    {
        "data": {"case_id": "5d1c", "amends": None},
        "timestamp": "2026-11-28T09:30:00.123456+00:00",
        "type": "case.finished",
    }
).encode()


def signature(secret: str, stamp: int, body: bytes = BODY) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, b"msg_1.%d.%s" % (stamp, body), sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(*signatures: str, stamp: int) -> dict[str, str]:
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(stamp),
        "Webhook-Signature": " ".join(signatures),
    }


def test_an_event_of_the_platform() -> None:
    now = int(time.time())
    event = verify_webhook(BODY, headers(signature(SECRET, now), stamp=now), SECRET)
    assert (event.id, event.type) == ("msg_1", "case.finished")
    assert event.timestamp == datetime(2026, 11, 28, 9, 30, 0, 123456, tzinfo=UTC)
    assert event.data == {"case_id": "5d1c", "amends": None}


def test_one_of_several_signatures_is_enough() -> None:
    some = ("v1a,AAAA", signature(OTHER, 1000), signature(SECRET, 1000))
    assert verify_webhook(BODY, headers(*some, stamp=1000), SECRET, now=1000).id == "msg_1"
    with pytest.raises(BadWebhook, match="No signature"):
        verify_webhook(BODY, headers(*some[:2], stamp=1000), SECRET, now=1000)


@pytest.mark.parametrize("off", [-301, 301])
def test_a_clock_that_is_too_far_off(off: int) -> None:
    signed = headers(signature(SECRET, 1000), stamp=1000)
    with pytest.raises(BadWebhook, match="clock"):
        verify_webhook(BODY, signed, SECRET, now=1000 + off)
    assert verify_webhook(BODY, signed, SECRET, now=1000 + off * 299 / 301)


def test_forgeries() -> None:
    good = signature(SECRET, 1000)
    forged = {
        "body": (BODY.replace(b"finished", b"failed"), headers(good, stamp=1000)),
        "moment": (BODY, headers(good, stamp=1001)),
        "another secret": (BODY, headers(signature(OTHER, 1000), stamp=1000)),
        "version": (BODY, headers(good.replace("v1,", "v2,"), stamp=1000)),
        "none": (BODY, headers(stamp=1000)),
        "letters": (BODY, headers("v1,é", stamp=1000)),
        "id": (BODY, headers(good, stamp=1000) | {"Webhook-Id": "msg_2"}),
        "no moment": (BODY, headers(good, stamp=1000) | {"Webhook-Timestamp": "soon"}),
        "no header": (BODY, {"webhook-id": "msg_1"}),
    }
    for body, signed in forged.values():
        with pytest.raises(BadWebhook):
            verify_webhook(body, signed, SECRET, now=1000)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_???"])
def test_a_secret_that_is_none_verifies_nothing(secret: str) -> None:
    """With an empty one everybody could sign."""
    forged = base64.b64encode(hmac.new(b"", b"msg_1.1000." + BODY, sha256).digest()).decode()
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook(BODY, headers(f"v1,{forged}", stamp=1000), secret, now=1000)


def test_what_the_convention_s_own_library_signs() -> None:
    library = pytest.importorskip("standardwebhooks")
    now = datetime.now(UTC)
    signed = library.Webhook(SECRET).sign("msg_1", now, BODY.decode())
    assert verify_webhook(BODY, headers(signed, stamp=int(now.timestamp())), SECRET).id == "msg_1"
