"""`Idempotency-Key`: the same submission, sent again, is answered with the case it made."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from accounts.models import Organization
from cases.api.problems import Problem
from cases.models import IdempotencyClaim
from cases.services import idempotency

HEADER = "Idempotency-Key"
PATIENCE_SECONDS, LOOK_EVERY = 5.0, 0.2
RETRY_AFTER = 5
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def key_of(request: Request) -> str | None:
    """The key that was sent, if any. Raises Problem for one that is none."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise Problem("idempotency_key_invalid", status=400)
    return key


def fingerprint(fields: Mapping[str, Any], files: Mapping[str, Sequence[UploadedFile]]) -> str:
    """Of what was understood and of the files' bytes: names, order of parts and boundaries differ
    between two sendings of the same. What is blank counts as left out."""
    said = {name: _plain(value) for name, value in sorted(fields.items()) if not _blank(value)}
    sums = {kind: [_sum(file) for file in some] for kind, some in sorted(files.items())}
    return sha256(json.dumps([said, sums], ensure_ascii=False).encode()).hexdigest()


def once(
    *,
    organization: Organization,
    key: str,
    content: str,
    make: Callable[[IdempotencyClaim | None], UUID],
) -> tuple[UUID, bool]:
    """The case of this key, and whether an earlier request made it. Raises Problem."""
    claim = _claimed(organization, key, content)
    if claim.case_id is not None:
        return claim.case_id, True
    try:
        return make(claim), False
    except idempotency.ClaimLost:
        raise _busy() from None
    finally:
        idempotency.release(claim=claim)  # does nothing to one that was settled


def _claimed(organization: Organization, key: str, content: str) -> IdempotencyClaim:
    """Waits a little for a first request that is still at work."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return idempotency.claim(organization=organization, key=key, fingerprint=content)
        except idempotency.KeyReused:
            raise Problem("idempotency_key_reused", status=422) from None
        except idempotency.InFlight:
            if time.monotonic() >= until:
                raise _busy() from None
        time.sleep(LOOK_EVERY)


def _busy() -> Problem:
    return Problem("in_flight", status=409, wait=RETRY_AFTER)


def _blank(value: Any) -> bool:
    """Nothing, or a list of nothing; zero is something."""
    return value is None or value == "" or (isinstance(value, list) and all(map(_blank, value)))


def _plain(value: Any) -> Any:
    if isinstance(value, Organization):
        return str(value.pk)
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, list):
        return _without_blank_end(value)
    return value


def _without_blank_end(values: Sequence[Any]) -> list[Any]:
    """Of views the last may be left out."""
    last = max(place for place, value in enumerate(values, start=1) if not _blank(value))
    return list(values[:last])


def _sum(file: UploadedFile) -> str:
    sums = sha256()
    for chunk in file.chunks():
        sums.update(chunk)
    file.seek(0)
    return sums.hexdigest()
