"""Where a keyset page ends, as text that goes through an address and back, and what follows it.

For rows with `created_at` and a UUID as `id`, the newest first.
"""

import base64
import binascii
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
Place = tuple[datetime, UUID]


class BadCursor(ValueError):
    """The text is no cursor of ours."""


def encode(created_at: datetime, pk: UUID) -> str:
    """URL-safe text for the position just after this row."""
    text = f"{created_at.isoformat()} {pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> Place:
    """The position again. Raises BadCursor for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        moment, _, pk = base64.urlsafe_b64decode(padded).decode("ascii").partition(" ")
        created_at = datetime.fromisoformat(moment)
        return created_at.astimezone(UTC), UUID(pk)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise BadCursor("This is no place in the list; start from the newest.") from error


def newest(rows: QuerySet[Row], after: Place | None) -> QuerySet[Row]:
    """The newest first, from the place on."""
    if after is not None:
        created_at, pk = after
        rows = rows.filter(
            Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=pk),
            created_at__lte=created_at,  # says it again, so that an index range can be used
        )
    return rows.order_by("-created_at", "-id")
