"""Letters of our own; the sign-in package sends the others."""

import smtplib

import structlog
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Invitation

log = structlog.get_logger(__name__)


def send_invitation(*, invitation: Invitation, link: str) -> bool:
    """Whether the mail server took the letter; if not, the inviter passes the link on."""
    body = render_to_string(
        "accounts/email/invitation.txt", {"invitation": invitation, "link": link}
    )
    subject = _("Invitation to %(organization)s") % {"organization": invitation.organization}
    try:
        return bool(send_mail(subject, body, None, [invitation.email]))
    except (OSError, smtplib.SMTPException) as problem:
        log.warning("invitation_not_sent", invitation=str(invitation.pk), problem=str(problem))
        return False
