"""Secrets of the second step, encrypted: a copy of the database opens no door."""

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _cipher() -> MultiFernet:
    """The first of FIELD_ENCRYPTION_KEYS encrypts; each of them still decrypts."""

    def derived(secret: str) -> Fernet:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"accounts.mfa")
        return Fernet(base64.urlsafe_b64encode(key.derive(secret.encode())))

    return MultiFernet([derived(secret) for secret in settings.FIELD_ENCRYPTION_KEYS])


class EncryptingAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()
