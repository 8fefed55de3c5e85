"""One submission, however often it is sent: claimed first, settled with its case, forgotten.

Moments are those of the database's clock: the requests of one key may reach several web hosts.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Organization
from cases.clock import database_now
from cases.models import Case, IdempotencyClaim

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=2)
"""How long a request that died holds its key up. One at work renews it after each file, of which
none may take so long. Should one be succeeded by another all the same, it makes no case: it finds
its claim lost when it renews it or settles."""
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
    now = database_now()
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
    now, token = database_now(), uuid.uuid4()
    taken = IdempotencyClaim.objects.filter(
        pk=found.pk, token=found.token, case=None, lease_until__lte=now
    ).update(token=token, lease_until=now + LEASE)
    found.token = token
    return bool(taken)


def keeping(claim: IdempotencyClaim | None) -> Callable[[], None]:
    """What a request calls now and then to keep its claim, if it has one."""
    return (lambda: None) if claim is None else partial(renew, claim=claim)


def renew(*, claim: IdempotencyClaim) -> None:
    """The request is still at work. Raises ClaimLost: then what it does is for nothing."""
    if not _ours(claim).update(lease_until=database_now() + LEASE):
        raise ClaimLost


def settle(*, claim: IdempotencyClaim, case: Case) -> None:
    """In the transaction that stores the case. Raises ClaimLost, and then it must not be stored."""
    if not _ours(claim).update(case=case):
        raise ClaimLost


def release(*, claim: IdempotencyClaim) -> None:
    """Nothing came of it: the same key may be tried again at once, with mended content too."""
    _ours(claim).delete()


def _ours(claim: IdempotencyClaim) -> QuerySet[IdempotencyClaim]:
    return IdempotencyClaim.objects.filter(pk=claim.pk, token=claim.token, case=None)


def forget_old() -> int:
    """Remove what was kept long enough; how many keys."""
    removed, _rows = IdempotencyClaim.objects.filter(expires_at__lte=database_now()).delete()
    log.info("idempotency_keys_forgotten", keys=removed)
    return removed
