"""One machine, to be tried: embedded database and broker, secrets made at first start."""

import os

from fracture_platform.settings.base import *  # noqa: F403
from fracture_platform.settings.environment import env, kept_secret
from fracture_platform.settings.webhooks import networks

DEMO = True
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret("secret_key")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [kept_secret("field_key")]
# HOST is the address that the site listens on; whoever listens on all of them names the hosts.
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]", os.environ.get("HOST") or "localhost"],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# A receiver on this very machine, without TLS, is how webhooks are tried.
WEBHOOK_ALLOW_HTTP = True
WEBHOOK_ALLOWED_NETWORKS = networks(
    env.list("WEBHOOK_ALLOWED_NETWORKS", default=["127.0.0.0/8", "::1"])
)
