"""Files that come in: read to their end or refused, counted against the limits, taken once."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request

from accounts.models import Organization
from cases.api.idempotency import fingerprint, key_of, once
from cases.api.problems import Unprocessable, no_room, refused, wrong
from cases.api.serializers.submission import FilesSerializer
from cases.intake import uploads
from cases.models import IdempotencyClaim
from cases.permissions import default_reading
from cases.selectors.waiting import unfinished_analyses
from cases.services.reception import FileRefusal, SubmissionRefused
from cases.services.room import NeverRoom, NoRoom, require_possible

ORGANIZATION = "reading_organization"
FILES = ("radiographs", "photographs")
Make = Callable[[IdempotencyClaim | None, dict[str, Any]], UUID]


def received(request: Request, form: type[FilesSerializer]) -> dict[str, Any]:
    """What was sent, understood. Raises Problem or ValidationError."""
    cut_off = uploads.refusal(request)
    if cut_off is not None:
        raise refused([FileRefusal(0, "", cut_off.code, cut_off.message)], 0)
    sent = form(data=request.data, context={"request": request})
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def take(
    request: Request,
    sent: Mapping[str, Any],
    *,
    organization: Organization,
    counted: Organization,
    make: Make,
    about: str = "",
) -> tuple[UUID, bool]:
    """The key of the case that `make` stores the files in, and whether an earlier request did.

    `organization` sends; `counted` is whose unfinished analyses there is room for; `about` is what
    the address adds to the content.
    """

    def stored(claim: IdempotencyClaim | None) -> UUID:
        details = dict(sent)
        radiographs, photographs = (details.pop(kind) for kind in FILES)
        most = settings.API_UNFINISHED_PER_ORGANIZATION
        _require_room(counted, len(radiographs), most)  # before they are decoded
        details["most_unfinished"] = most
        details["files"] = [*radiographs, *photographs]
        details["photographs"] = [False] * len(radiographs) + [True] * len(photographs)
        try:
            return make(claim, details)
        except NoRoom:
            raise no_room() from None
        except SubmissionRefused as error:
            raise refused(error.refusals, len(radiographs)) from None

    key = key_of(request)
    if key is None:
        return stored(None), False
    said = {name: value for name, value in sent.items() if name not in FILES}
    said |= {"about": about, ORGANIZATION: _chosen(said.get(ORGANIZATION), organization)}
    content = fingerprint(said, {kind: sent[kind] for kind in FILES})
    return once(organization=organization, key=key, content=content, make=stored)


def _chosen(reading: Organization | None, sending: Organization) -> Organization | None:
    """Nobody for the one that is asked anyway. Not the other way round: what was left out must
    stay the same content when the default changes before it is sent again."""
    return None if reading == default_reading(sending) else reading


def _require_room(organization: Organization, wanted: int, most: int) -> None:
    """Raises the 429 that says when to come again, or the 422 for what would never fit."""
    try:
        require_possible(wanted=wanted, most=most)
    except NeverRoom:
        said = f"At most {most} analyses may be unfinished at once: send fewer radiographs at once."
        raise Unprocessable({"radiographs": [wrong("too_many_files", said)]}) from None
    if unfinished_analyses(organization.pk) + wanted > most:
        raise no_room()
