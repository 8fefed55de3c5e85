"""Where files live: STORAGE_URL is file:///folder, or s3://bucket/prefix for S3-like storage."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def storages(env: environ.Env, var_dir: Path) -> dict[str, dict[str, Any]]:
    """Django's STORAGES. Radiographs go to `private`, whose `.url()` is refused: a view checks."""
    url = env.str("STORAGE_URL", default=f"file://{var_dir / 'storage'}")
    return {
        "default": {"BACKEND": "fracture_platform.storage.NoPublicStorage"},
        "private": _private(url, env),
        "staticfiles": {"BACKEND": "fracture_platform.static_files.StaticFiles"},
    }


def _private(url: str, env: environ.Env) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "fracture_platform.storage.PrivateFileSystemStorage",
            "OPTIONS": {"location": parts.path},
        }
    if parts.scheme == "s3":
        options = {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": parse_qs(parts.query).get("endpoint", [None])[0],
            "access_key": env.str("STORAGE_ACCESS_KEY", default=None),
            "secret_key": env.str("STORAGE_SECRET_KEY", default=None),
            "default_acl": "private",
            "file_overwrite": False,
        }
        return {"BACKEND": "fracture_platform.storage.PrivateS3Storage", "OPTIONS": options}
    raise ImproperlyConfigured(
        f"STORAGE_URL begins with {parts.scheme}://; use file:///folder or s3://bucket/prefix."
    )
