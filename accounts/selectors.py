"""What the pages show of people, organizations and invitations."""

import hashlib
import hmac

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import key_text
from accounts.models import ApiKey, Invitation, Organization, User


def token_hash(token: str) -> str:
    """What is kept of an invitation's token or a key's secret: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def administered_organizations(user: User) -> QuerySet[Organization]:
    """All for the operator, the own one for an organization's administrator, else none."""
    if user.is_operator:
        return Organization.objects.all()
    if user.is_organization_administrator and user.organization_id is not None:
        return Organization.objects.filter(pk=user.organization_id)
    return Organization.objects.none()


def known_organizations(user: User) -> QuerySet[Organization]:
    """The own one, those that it reads for and the one that reads for it; all for the operator."""
    if user.is_operator:
        return Organization.objects.all()
    own = user.organization_id
    reads_here = Q(default_reading_organization=own) | Q(pk=own) | Q(reads_for=own)
    return (
        Organization.objects.filter(reads_here).distinct() if own else Organization.objects.none()
    )


def people_of(organization: Organization) -> QuerySet[User]:
    """Each with `has_second_step`; people alone, not the accounts of keys."""
    second_step = Authenticator.objects.filter(user=OuterRef("pk"))
    return (
        organization.people.exclude(role=User.Role.SERVICE_ACCOUNT)
        .annotate(has_second_step=Exists(second_step))
        .order_by("-is_active", "name", "email")
    )


def supervising_readers(organization: Organization) -> QuerySet[User]:
    """Who is asked where a colleague disagrees with the software."""
    return organization.people.filter(role=User.Role.SUPERVISING_READER, is_active=True)


def administered_people(user: User) -> QuerySet[User]:
    return (
        User.objects.filter(organization__in=administered_organizations(user))
        .exclude(role=User.Role.SERVICE_ACCOUNT)
        .select_related("organization")
    )


def administered_keys(user: User) -> QuerySet[ApiKey]:
    """Those of the organizations that this person administers, the newest first."""
    return ApiKey.objects.filter(organization__in=administered_organizations(user)).select_related(
        "organization", "created_by", "account__organization"
    )


def unused_invitations() -> QuerySet[Invitation]:
    """By columns of the row alone, for conditional UPDATEs.

    With a join the UPDATE asks a subquery, which PostgreSQL does not ask again after waiting for
    the row's lock: of two who press at once both would get in.
    """
    return Invitation.objects.filter(
        accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=timezone.now()
    )


def open_invitations(organization: Organization | None = None) -> QuerySet[Invitation]:
    """Those whose link works now."""
    found = unused_invitations().filter(organization__is_active=True)
    return found if organization is None else found.filter(organization=organization)


def find_invitation(token: str) -> Invitation | None:
    """The open invitation that this token belongs to."""
    return (
        open_invitations()
        .select_related("organization", "invited_by")
        .filter(token_sha256=token_hash(token))
        .first()
    )


def find_key(text: str) -> ApiKey | None:
    """The API key that has this text, live or not, with its account and their organization."""
    parts = key_text.parted(text)
    if parts is None:
        return None
    prefix, secret = parts
    keys = ApiKey.objects.select_related("account__organization__default_reading_organization")
    key = keys.filter(prefix=prefix).first()
    # As many steps for a prefix that is not there.
    same = hmac.compare_digest(token_hash(secret), key.secret_sha256 if key else "0" * 64)
    return key if same else None
