"""Whose figures, and which of its cases: limited here to what a person may see."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from cases.models import Case
from cases.selectors.figures.period import Period

READ, SENT = "read", "sent"
SIDES = {READ: _("Cases to read"), SENT: _("Cases sent")}


@dataclass(frozen=True)
class Scope:
    """The cases that an organization is asked to read, or those that it sent."""

    organization: Organization
    side: str

    @property
    def reads(self) -> bool:
        return self.side == READ

    def cases(self) -> "QuerySet[Case]":
        """Without those that were withdrawn."""
        own = "reading_organization" if self.reads else "submitting_organization"
        return Case.objects.filter(**{own: self.organization}, withdrawn_at__isnull=True).order_by()

    def received(self, period: Period) -> "QuerySet[Case]":
        """Those of them that came in during a period."""
        return self.cases().filter(created_at__gte=period.since, created_at__lt=period.until)


def organizations_of(user: User) -> "QuerySet[Organization]":
    """Whose figures a person may see: the own organization's, the operator everyone's."""
    if not user.is_active:
        return Organization.objects.none()
    if user.is_operator:
        return Organization.objects.all()
    return Organization.objects.filter(pk=user.organization_id)


def chosen_organization(*, user: User, wanted: str) -> Organization | None:
    """The one asked for by its id, else the own or the first; None while there is none at all.

    Raises Organization.DoesNotExist for one that this person may not know of.
    """
    allowed = organizations_of(user)
    if not wanted:
        return user.organization or allowed.first()
    try:
        return allowed.get(pk=UUID(wanted))
    except ValueError as error:
        raise Organization.DoesNotExist from error


def sides_of(organization: Organization) -> list[str]:
    """What there can be figures of, the more usual one first. A partner that another organization
    reads for only sends."""
    if organization.default_reading_organization_id in {None, organization.pk}:
        return [READ, SENT]
    return [SENT] if organization.kind == Organization.Kind.PARTNER else [SENT, READ]
