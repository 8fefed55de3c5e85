"""Changes of people who are here already."""

from functools import partial

import structlog
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import User
from accounts.permissions import may_change, require, roles_in
from accounts.services.mail import send_second_step_removed

log = structlog.get_logger(__name__)


def end_sessions(*, person: User) -> int:
    """Signs the person out everywhere; how many sessions that were."""
    sessions = list(UserSession.objects.filter(user=person))
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def deactivate(*, person: User, actor: User) -> None:
    """Closes an account at once: its sessions end here, so that no reactivation revives them."""
    require(may_change(actor, person))
    User.objects.filter(pk=person.pk).update(is_active=False)
    person.is_active = False
    ended = end_sessions(person=person)
    log.info("person_deactivated", person=str(person.pk), by=str(actor.pk), sessions_ended=ended)


def reactivate(*, person: User, actor: User) -> None:
    require(may_change(actor, person))
    User.objects.filter(pk=person.pk).update(is_active=True)
    person.is_active = True
    log.info("person_reactivated", person=str(person.pk), by=str(actor.pk))


def change_role(*, person: User, actor: User, role: str) -> None:
    """Takes effect with the person's next request."""
    require(may_change(actor, person))
    if person.organization is None or role not in roles_in(person.organization):
        raise AccountError("role_not_here", _("This organization has no people of that role."))
    User.objects.filter(pk=person.pk).update(role=role)
    log.info("role_changed", person=str(person.pk), by=str(actor.pk), old=person.role, new=role)
    person.role = role


@transaction.atomic
def remove_second_step(*, person: User, actor: User) -> bool:
    """For a colleague who lost the phone and the recovery codes; whether there was anything.

    The person is signed out everywhere and told by mail; the password is still asked for.
    """
    require(may_change(actor, person))
    removed, _rows = Authenticator.objects.filter(user=person).delete()
    if removed:
        end_sessions(person=person)
        transaction.on_commit(partial(send_second_step_removed, person=person))
        log.warning("second_step_removed", person=str(person.pk), by=str(actor.pk))
    return bool(removed)


def rename(*, person: User, actor: User, name: str) -> None:
    """One's own name, or that of somebody one administers."""
    require(person.pk == actor.pk or may_change(actor, person))
    person.name = name.strip()
    User.objects.filter(pk=person.pk).update(name=person.name)
