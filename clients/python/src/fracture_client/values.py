"""What a caller gives, checked before anything is sent: a mistake is told in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from os import PathLike
from uuid import UUID

from fracture_client.files import Source

Id = str | UUID
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def id_of(given: Id, of: str) -> str:
    """An id and nothing else goes into an address. `of` says what it is of, as `a case`."""
    try:
        return str(given if isinstance(given, UUID) else UUID(given))
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"{given!r} is no id of {of}.") from None


def moment(given: datetime | None, name: str) -> str | None:
    """The same words for the same moment, in whatever zone. One without a zone would be another
    moment on another machine, and is refused."""
    if given is None:
        return None
    if not isinstance(given, datetime):
        raise TypeError(f"Give {name} as a datetime with a time zone, not as {given!r}.")
    if given.utcoffset() is None:
        raise ValueError(
            f"{name} has no time zone: say which, as in datetime(2026, 12, 1, 10, tzinfo=UTC)."
        )
    return given.astimezone(UTC).isoformat()


def idempotency_key(given: str) -> str:
    """One that fits into a header."""
    if not isinstance(given, str) or not _KEY.fullmatch(given):
        raise ValueError("An idempotency_key has 1 to 255 visible ASCII characters and no spaces.")
    return given


def files(radiographs: Sequence[Source], photographs: Sequence[Source]) -> None:
    """Lists of files, one file at least. Raises ValueError or TypeError."""
    for given in (radiographs, photographs):
        if isinstance(given, str | bytes | PathLike):
            raise TypeError("Give a list of files, even for one.")
    if not radiographs and not photographs:
        raise ValueError("There is nothing to send: give one file at least.")


def words(given: Sequence[str], name: str) -> list[str]:
    """A list of words: a single string would be taken for its letters."""
    if isinstance(given, str | bytes):
        raise TypeError(f"Give {name} as a list, even for one.")
    return list(given)
