"""One submission, however often it is sent: claimed first, settled with its case, forgotten."""

import uuid
from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organization
from cases.models import Case, IdempotencyClaim

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=2)
"""How long a request that died holds its key up. One that lives on beyond it and is succeeded by
another makes no case: it finds its claim lost when it settles."""
log = structlog.get_logger(__name__)


class InFlight(Exception):
    """The first request with this key is still at work."""


class KeyReused(Exception):
    """The key stands for other content."""


class ClaimLost(Exception):
    """Another request has taken the claim over."""


def claim(*, organization: Organization, key: str, fingerprint: str) -> IdempotencyClaim:
    """The row of this key: ours to work on, or settled if it has a case.

    Raises InFlight or KeyReused.
    """
    now = timezone.now()
    mine = {"organization": organization, "key": key}
    IdempotencyClaim.objects.filter(**mine, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            return IdempotencyClaim.objects.create(
                **mine, fingerprint=fingerprint, lease_until=now + LEASE, expires_at=now + KEPT
            )
    except IntegrityError:
        pass  # somebody was here before
    found = IdempotencyClaim.objects.filter(**mine).first()
    if found is None:
        raise InFlight  # and has just gone; the next look decides
    if found.fingerprint != fingerprint:
        raise KeyReused
    if found.case_id is None and not _succeed(found):
        raise InFlight
    return found


def _succeed(found: IdempotencyClaim) -> bool:
    """Take over from a request that died: of two who try, one does."""
    now, token = timezone.now(), uuid.uuid4()
    taken = IdempotencyClaim.objects.filter(
        pk=found.pk, token=found.token, case=None, lease_until__lte=now
    ).update(token=token, lease_until=now + LEASE)
    found.token = token
    return bool(taken)


def settle(*, claim: IdempotencyClaim, case: Case) -> None:
    """In the transaction that stores the case. Raises ClaimLost, and then it must not be stored."""
    ours = IdempotencyClaim.objects.filter(pk=claim.pk, token=claim.token, case=None)
    if not ours.update(case=case):
        raise ClaimLost


def release(*, claim: IdempotencyClaim) -> None:
    """Nothing came of it: the same key may be tried again at once, with mended content too."""
    IdempotencyClaim.objects.filter(pk=claim.pk, token=claim.token, case=None).delete()


def forget_old() -> int:
    """Remove what was kept long enough; how many keys."""
    removed, _rows = IdempotencyClaim.objects.filter(expires_at__lte=timezone.now()).delete()
    log.info("idempotency_keys_forgotten", keys=removed)
    return removed
