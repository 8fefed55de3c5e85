"""Whose figures, and which of its cases: limited here to what a person may see."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from cases.models import Case
from cases.selectors.figures.period import Period
from cases.selectors.impressions import open_to

READ, SENT = "read", "sent"
SIDES = {READ: _("Cases to read"), SENT: _("Cases sent")}


@dataclass(frozen=True)
class Scope:
    """The cases that an organization is asked to read, or those that it sent, and who asks: for
    whoever reads first no answer is counted that is withheld."""

    organization: Organization
    side: str
    asked_by: User

    @property
    def reads(self) -> bool:
        return self.side == READ

    def cases(self) -> "QuerySet[Case]":
        """Without those that were withdrawn."""
        return Case.objects.filter(self._own("")).order_by()

    def received(self, period: Period) -> "QuerySet[Case]":
        """Those of them that came in during a period."""
        return Case.objects.filter(self.came_in(period)).order_by()

    def came_in(self, period: Period, path: str = "") -> Q:
        """The same as a condition on rows that lead to a case by `path` (`case__`)."""
        days = {f"{path}created_at__gte": period.since, f"{path}created_at__lt": period.until}
        return self._own(path) & Q(**days)

    def told(self, period: Period, path: str = "") -> Q:
        """As `came_in`, but only cases whose answer may be told to who asks."""
        return self.came_in(period, path) & open_to(self.asked_by, path)

    def _own(self, path: str) -> Q:
        own = "reading_organization" if self.reads else "submitting_organization"
        return Q(**{f"{path}{own}": self.organization, f"{path}withdrawn_at__isnull": True})


def organizations_of(user: User) -> "QuerySet[Organization]":
    """Whose figures a person may see: the own organization's, the operator everyone's."""
    if user.is_active and user.is_operator:
        return Organization.objects.all()
    if not user.is_active or user.organization_id is None:
        return Organization.objects.none()
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
