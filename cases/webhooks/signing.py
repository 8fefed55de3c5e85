"""Signatures by the Standard Webhooks convention (standardwebhooks.com): HMAC-SHA-256, `v1,`."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from cases import external_ids

PREFIX = "whsec_"
SEAL = b"webhook secret"


def new_secret() -> str:
    """256 random bits, as the receiver's library takes them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(secret: str, *, organization_id: UUID) -> str:
    """The secret as it is kept: encrypted under a key of its organization."""
    return external_ids.sealer(organization_id, SEAL).encrypt(secret.encode()).decode()


def unseal(sealed: str, *, organization_id: UUID) -> str:
    """The secret again. Raises cryptography.fernet.InvalidToken where no key opens it."""
    return external_ids.sealer(organization_id, SEAL).decrypt(sealed.encode()).decode()


def signed_headers(
    *, message_id: str, timestamp: int, body: bytes, keys: Sequence[str]
) -> dict[str, str]:
    """The three headers of a message, with a signature by each secret, the newest first."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_sign(key, message_id, timestamp, body) for key in keys),
    }


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
