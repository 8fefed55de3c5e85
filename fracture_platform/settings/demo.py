"""One machine, to be tried: embedded database and broker, secrets made at first start."""

import os

from fracture_platform.settings.base import *  # noqa: F403
from fracture_platform.settings.environment import env, kept_secret

DEMO = True
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret("secret_key")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [kept_secret("field_key")]
# HOST is the address that the site listens on; whoever listens on all of them names the hosts.
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]", os.environ.get("HOST") or "localhost"],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
