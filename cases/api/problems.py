"""What the API raises when it refuses something: one of our codes, with a sentence."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from rest_framework import exceptions, status

from cases.api.codes import CODES
from cases.services.reception import FileRefusal

RETRY_AFTER = 30
"""Seconds; a database that restarts, or files that others are checked for, are over by then, and
some of an organization's analyses."""
STATUS_OF = {"too_many_bytes": 413, "too_many_files": 413, "truncated": 400, "busy": 503}
"""Of the codes about an upload as a whole."""


class Problem(exceptions.APIException):
    """One of our codes, with its sentence unless there is a more exact one."""

    def __init__(
        self, code: str, *, status: int, detail: str = "", wait: int | None = None
    ) -> None:
        super().__init__(detail or CODES[code], code)
        self.status_code = status
        self.wait = wait


class Unprocessable(exceptions.ValidationError):
    """Understood, and not taken: what the fields hold is not what they should."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


def no_room() -> Problem:
    """Too many analyses of the organization are unfinished."""
    return Problem("too_many_unfinished", status=429, wait=RETRY_AFTER)


def field_error(name: str, code: str, detail: str = "") -> exceptions.ValidationError:
    """One field that is not as it should be."""
    return exceptions.ValidationError({name: [wrong(code, detail)]})


def wrong(code: str, detail: str = "") -> exceptions.ErrorDetail:
    return exceptions.ErrorDetail(detail or CODES[code], code)


def unknown(code: str, name: str, known: Iterable[str]) -> exceptions.ErrorDetail:
    """A name that means nothing, with the one that was probably meant, else with all."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.7)
    if near:
        return wrong(code, f"{CODES[code]} Perhaps {near[0]} is meant.")
    return wrong(code, f"{CODES[code]} Known: {', '.join(names)}." if names else "")


def offered(words: Iterable[str]) -> str:
    """For a choice that is none of these."""
    return f"{CODES['invalid_choice'].rstrip('.')}: {', '.join(word for word in words if word)}."


def refused(refusals: Sequence[FileRefusal], radiographs: int) -> exceptions.APIException:
    """Files that intake did not take, each by its place among those of its field: from 0. The first
    `radiographs` of them came as such, the others as photographs."""
    whole = next((one for one in refusals if one.number == 0), None)
    if whole is not None:
        wait = RETRY_AFTER if whole.code == "busy" else None
        code = STATUS_OF.get(whole.code, status.HTTP_422_UNPROCESSABLE_ENTITY)
        return Problem(whole.code, status=code, detail=whole.message, wait=wait)
    places: dict[str, Any] = {}
    for one in refusals:
        place, kind = one.number - 1, "radiographs"
        if place >= radiographs:
            place, kind = place - radiographs, "photographs"
        places.setdefault(kind, {})[str(place)] = [wrong(one.code, one.message)]
    return Unprocessable(places)
