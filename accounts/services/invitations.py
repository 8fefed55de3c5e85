"""Invitations: a link that works once, for a week, and of which only a hash is kept."""

import secrets
from datetime import timedelta

import structlog
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import Invitation, Organization, User
from accounts.permissions import may_administer, require, roles_in
from accounts.selectors import find_invitation, token_hash, unused_invitations

VALID_FOR = timedelta(days=7)
log = structlog.get_logger(__name__)


@transaction.atomic
def invite(
    *, inviter: User, email: str, role: str, organization: Organization | None = None
) -> tuple[Invitation, str]:
    """The invitation and its token, which is known to nobody afterwards.

    A new invitation replaces an open one to the same address. That somebody of another
    organization has the address already is not said here: only whoever reads its mail learns it.
    """
    organization = organization or inviter.organization
    require(organization is not None and may_administer(inviter, organization))
    assert organization is not None  # noqa: S101  (for the type checker; `require` raised)
    email = email.strip().lower()
    if not organization.is_active:
        raise AccountError("organization_closed", _("This organization is closed."))
    if role not in roles_in(organization):
        raise AccountError("role_not_here", _("This organization has no people of that role."))
    if organization.people.filter(email=email).exists():
        raise AccountError("already_here", _("This address already belongs to a colleague."))
    earlier = unused_invitations().filter(organization=organization, email=email)
    earlier.update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        role=role,
        token_sha256=token_hash(token),
        invited_by=inviter,
        expires_at=timezone.now() + VALID_FOR,
    )
    log.info("invited", invitation=str(invitation.pk), by=str(inviter.pk), role=role)
    return invitation, token


def accept(*, token: str, name: str, password: str) -> User:
    """The new person. Raises ValidationError on a weak password and then leaves the link valid.

    One conditional UPDATE uses the link up; of two people who press at once one gets in.
    """
    used_up = AccountError("invitation_over", _("This invitation is not valid any more."))
    try:
        with transaction.atomic():
            invitation = find_invitation(token)
            if invitation is None or not _use_up(invitation):
                raise used_up
            person = User(email=invitation.email, name=name.strip())
            validate_password(password, person)
            person = User.objects.create_user(
                invitation.email,
                password,
                name=person.name,
                organization_id=invitation.organization_id,
                role=invitation.role,
            )
    except IntegrityError as problem:
        raise AccountError(
            "address_taken",
            _("There is already an account with this address. Sign in with it instead."),
        ) from problem
    log.info("invitation_accepted", invitation=str(invitation.pk), person=str(person.pk))
    return person


def _use_up(invitation: Invitation) -> bool:
    row = unused_invitations().filter(pk=invitation.pk)
    return bool(row.update(accepted_at=timezone.now()))


def revoke(*, invitation: Invitation, actor: User) -> bool:
    """Whether the invitation was still open and is not any more."""
    require(may_administer(actor, invitation.organization))
    revoked = unused_invitations().filter(pk=invitation.pk).update(revoked_at=timezone.now())
    log.info("invitation_revoked", invitation=str(invitation.pk), by=str(actor.pk), done=revoked)
    return bool(revoked)
