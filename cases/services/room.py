"""How many analyses of one organization's cases may be unfinished at once."""

from uuid import UUID

from accounts.models import Organization
from cases.selectors.waiting import unfinished_analyses


class NoRoom(Exception):
    """More would wait than one organization may have waiting."""


class NeverRoom(Exception):
    """What is asked for at once is more than may ever be unfinished: waiting does not help."""


def require_possible(*, wanted: int, most: int | None) -> None:
    """Before anything is queued. Raises NeverRoom."""
    if most is not None and wanted > most:
        raise NeverRoom


def require_room(*, organization_id: UUID, most: int | None) -> None:
    """Call it at the end of the transaction that queued the analyses; None bounds nothing.

    The organization's row is locked: of two that are sent at the same moment the second counts
    what the first has queued. Raises NoRoom.
    """
    if most is None:
        return
    Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
    if unfinished_analyses(organization_id) > most:
        raise NoRoom
