"""How a read and a first impression begin alike: the right person, and a case that can be read."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from cases import permissions
from cases.models import Case
from cases.selectors.impressions import withhold
from cases.services import status


def lock_for(*, reader: User, case: Case, otherwise: type[Exception]) -> tuple[Case, Organization]:
    """The case, locked and marked `withheld` if the reader has to look first, and the organization
    that the reader reads for. Raises PermissionDenied, or `otherwise` for a withdrawn case."""
    if reader.organization is None or not permissions.may_read(reader, case):
        raise PermissionDenied("Only clinicians of the reading organization read a case.")
    current = status.lock_case(case.pk)
    if current.withdrawn_at:
        raise otherwise(_("The case was withdrawn; there is nothing to read."))
    withhold(reader, [current])
    return current, reader.organization
