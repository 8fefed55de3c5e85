"""Where a keyset page ends, as text that goes through an address and back."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID


class BadCursor(ValueError):
    """The text is no cursor of ours."""


def encode(created_at: datetime, pk: UUID) -> str:
    """URL-safe text for the position just after this row."""
    text = f"{created_at.isoformat()} {pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, UUID]:
    """The position again. Raises BadCursor for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        moment, _, pk = base64.urlsafe_b64decode(padded).decode("ascii").partition(" ")
        created_at = datetime.fromisoformat(moment)
        return created_at.astimezone(UTC), UUID(pk)
    except (ValueError, binascii.Error, OverflowError) as error:
        raise BadCursor("This is no place in the list; start from the newest case.") from error
