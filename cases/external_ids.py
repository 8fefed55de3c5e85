"""Encryption of the identifiers that other systems gave, with a key of its own per organization.

Keys are derived by HKDF (RFC 5869) from `settings.FIELD_ENCRYPTION_KEYS`, the organization's id as
salt, so that what one organization sent cannot be read, nor compared, under another's key. The
first key encrypts; every key decrypts, so that a key can be replaced without a rewrite.
"""

import base64
import hmac
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableIdentifier(Exception):
    """No key of this installation opens the value: it is another organization's, or damaged."""


def encrypt(value: str, *, organization_id: UUID) -> str:
    """The value as a Fernet token (ASCII), different each time."""
    return sealer(organization_id).encrypt(value.encode()).decode("ascii")


def decrypt(token: str, *, organization_id: UUID) -> str:
    """The value again. Raises UnreadableIdentifier."""
    try:
        return sealer(organization_id).decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise UnreadableIdentifier("The identifier cannot be decrypted with these keys.") from error


def fingerprint(value: str, *, kind: str, organization_id: UUID) -> str:
    """A keyed hash (HMAC-SHA-256, 64 hex digits) that finds a row by its exact value."""
    return fingerprints(value, kind=kind, organization_id=organization_id)[0]


def fingerprints(value: str, *, kind: str, organization_id: UUID) -> list[str]:
    """The value's fingerprint under every key, newest first: what a look-up has to ask for."""
    message = f"{kind}\0{value}".encode()
    return [
        hmac.new(_derive(secret, organization_id, b"fingerprint"), message, sha256).hexdigest()
        for secret in settings.FIELD_ENCRYPTION_KEYS
    ]


def sealer(organization_id: UUID, purpose: bytes = b"encryption") -> MultiFernet:
    """Encrypts and decrypts bytes of one organization, under keys of their own for each purpose."""
    keys = (_derive(secret, organization_id, purpose) for secret in settings.FIELD_ENCRYPTION_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


@lru_cache(maxsize=512)
def _derive(secret: str, organization_id: UUID, purpose: bytes) -> bytes:
    """32 bytes for one organization and one purpose."""
    derivation = HKDF(
        algorithm=SHA256(),
        length=32,
        salt=organization_id.bytes,
        info=b"fracture-platform external id " + purpose,
    )
    return derivation.derive(secret.encode())
