"""Letters of our own; the sign-in package sends the others."""

import smtplib

import structlog
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Invitation, Organization, User

log = structlog.get_logger(__name__)


def send_invitation(*, invitation: Invitation, link: str) -> bool:
    """Whether the mail server took the letter; if not, the inviter passes the link on."""
    body = render_to_string(
        "accounts/email/invitation.txt", {"invitation": invitation, "link": link}
    )
    subject = _("Invitation to %(organization)s") % {"organization": invitation.organization}
    return _send(subject, body, invitation.email)


def send_second_step_removed(*, person: User) -> bool:
    """Nobody's sign-in becomes weaker without a word to its owner."""
    body = render_to_string("accounts/email/second_step_removed.txt", {"person": person})
    return _send(_("The second step of your sign-in was removed"), body, person.email)


def send_to_administrators(*, organization: Organization, subject: str, body: str) -> int:
    """A letter to each administrator of an organization; to how many of them it went."""
    people = organization.people.filter(
        role=User.Role.ORGANIZATION_ADMINISTRATOR, is_active=True
    ).values_list("email", flat=True)
    return sum(_send(subject, body, address) for address in people)


def _send(subject: str, body: str, address: str) -> bool:
    try:
        return bool(send_mail(subject, body, None, [address]))
    except (OSError, smtplib.SMTPException) as problem:
        # Its text would name the recipient.
        log.warning("mail_not_sent", problem=type(problem).__name__)
        return False
