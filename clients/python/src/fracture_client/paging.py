"""Lists that the server tells page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from fracture_client.errors import UnexpectedAnswer
from fracture_client.parsing import record
from fracture_client.transport import Transport, json_of

T = TypeVar("T")


def pages(
    transport: Transport, path: str, kind: type[T], params: Mapping[str, str | None]
) -> Iterator[T]:
    """Row by row; the next page is asked for when this one is used up."""
    asked = {name: value for name, value in params.items() if value is not None}
    while True:
        page = json_of(transport.get(path, asked))
        try:
            rows, following = page["results"], page["next"]
            # The place alone: what the server thinks its own address is does not matter.
            cursor = None if following is None else _cursor(following)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UnexpectedAnswer("The answer is no page of a list.") from None
        if not isinstance(rows, list) or cursor == asked.get("cursor", ""):
            raise UnexpectedAnswer("The answer is no page of a list, or the same one again.")
        yield from (record(kind, row) for row in rows)
        if cursor is None:
            return
        asked["cursor"] = cursor


def _cursor(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]
