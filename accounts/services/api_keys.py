"""API keys: the secret is shown once and only its hash kept; each acts as an account of its own."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import key_text
from accounts.errors import AccountError
from accounts.models import ApiKey, Organization, User
from accounts.permissions import may_administer, require
from accounts.selectors import token_hash

DEFAULT_DAYS, MOST_DAYS = 365, 3 * 365
NOTED_EVERY = timedelta(minutes=1)
log = structlog.get_logger(__name__)


@transaction.atomic
def create_key(
    *,
    organization: Organization,
    name: str,
    scopes: Sequence[str],
    days: int = DEFAULT_DAYS,
    actor: User | None,
) -> tuple[ApiKey, str]:
    """The key and its text, which is known to nobody afterwards. Without an actor it is made at the
    server's command line. Raises AccountError."""
    require(actor is None or may_administer(actor, organization))
    name = name.strip()
    _check(organization, name, scopes, days)
    pk = uuid.uuid4()
    prefix, secret = key_text.new()
    account = User.objects.create_user(
        f"{pk}@api-key.invalid",  # a domain that never exists: no letter reaches anybody
        name=name,
        organization=organization,
        role=User.Role.SERVICE_ACCOUNT,
    )
    key = ApiKey.objects.create(
        id=pk,
        organization=organization,
        account=account,
        name=name,
        scopes=[scope for scope in ApiKey.Scope.values if scope in scopes],
        prefix=prefix,
        secret_sha256=token_hash(secret),
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
    )
    log.info("api_key_made", key=str(pk), by=str(actor.pk) if actor else "", scopes=key.scopes)
    return key, key_text.joined(prefix, secret)


def _check(organization: Organization, name: str, scopes: Sequence[str], days: int) -> None:
    if not organization.is_active:
        raise AccountError("organization_closed", _("This organization is closed."))
    if not name or len(name) > 80 or not name.isprintable():
        raise AccountError("name_wanted", _("Give the key a name of at most 80 characters."))
    if not scopes or not set(scopes) <= set(ApiKey.Scope.values):
        raise AccountError("scope_wanted", _("Choose what the key may do."))
    if not 1 <= days <= MOST_DAYS:
        said = _("A key is valid from 1 to %(most)d days.") % {"most": MOST_DAYS}
        raise AccountError("days_wanted", said)


@transaction.atomic
def revoke_key(*, key: ApiKey, actor: User) -> bool:
    """From now on the key opens nothing; False if it was revoked before."""
    require(may_administer(actor, key.organization))
    rows = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    revoked = rows.update(revoked_at=timezone.now())
    if revoked:
        User.objects.filter(pk=key.account_id).update(is_active=False)
    log.info("api_key_revoked", key=str(key.pk), by=str(actor.pk), done=revoked)
    return bool(revoked)


def note_use(*, key: ApiKey) -> None:
    """Once a minute at most: the date matters, not every request."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - NOTED_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - NOTED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
