"""The text of an API key: `fxp_PREFIX_SECRET`, of which the prefix may be shown."""

import re
import secrets
import string

BEGINNING = "fxp"
"""What every key begins with, so that a secret scanner knows one where it should not lie."""
PREFIX_CHARACTERS = 8
SECRET_BYTES = 32
_ALPHABET = string.ascii_lowercase + string.digits
_TEXT = re.compile(r"fxp_([a-z0-9]{8})_([A-Za-z0-9_-]{43})")


def new() -> tuple[str, str]:
    """A prefix and a secret."""
    prefix = "".join(secrets.choice(_ALPHABET) for _n in range(PREFIX_CHARACTERS))
    return prefix, secrets.token_urlsafe(SECRET_BYTES)


def joined(prefix: str, secret: str) -> str:
    return f"{BEGINNING}_{prefix}_{secret}"


def parted(text: str) -> tuple[str, str] | None:
    """Prefix and secret of what looks like a key."""
    found = _TEXT.fullmatch(text)
    return (found[1], found[2]) if found else None
