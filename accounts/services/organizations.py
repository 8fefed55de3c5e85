"""How an organization reads."""

import structlog

from accounts.models import Organization, User
from accounts.permissions import may_administer, require

log = structlog.get_logger(__name__)


def change_reading(
    *, organization: Organization, actor: User, read_first: bool, overdue_after_minutes: int
) -> None:
    """Takes effect with the next page that anybody of the organization opens.

    `overdue_after_minutes` is from 1 to a year, as the form and the model check it.
    """
    require(may_administer(actor, organization))
    changed = {"read_first": read_first, "overdue_after_minutes": overdue_after_minutes}
    Organization.objects.filter(pk=organization.pk).update(**changed)
    organization.read_first = read_first
    organization.overdue_after_minutes = overdue_after_minutes
    log.info("reading_changed", organization=str(organization.pk), by=str(actor.pk), **changed)
