"""Tests: the embedded defaults in a folder of their own, fast password hashing."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="fp-test-"))

from fracture_platform.settings.base import *  # noqa: F403

DEMO = True
SECRET_KEY = "only-for-tests-" + "x" * 40
FIELD_ENCRYPTION_KEYS = ["only-for-tests-" + "y" * 40]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
