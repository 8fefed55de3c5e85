"""Tests: the embedded defaults in a folder of their own, fast password hashing."""

import atexit
import os
import shutil
import tempfile

# Playwright keeps an event loop running in the thread that tests run in; nothing of ours is async.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
if "VAR_DIR" not in os.environ:  # the workers of a parallel run take over their parent's
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="fracture-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from fracture_platform.settings.base import *  # noqa: F403

DEMO = True
SECRET_KEY = "only-for-tests-" + "x" * 40
FIELD_ENCRYPTION_KEYS = ["only-for-tests-" + "y" * 40]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
