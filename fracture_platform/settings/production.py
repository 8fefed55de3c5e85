"""Real servers. Refuses to start on a missing or default secret, DEBUG, or `*` as a host."""

from django.core.exceptions import ImproperlyConfigured

from fracture_platform.settings.base import *  # noqa: F403
from fracture_platform.settings.environment import env

DEMO = False
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", default="")
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=30 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=False)
# Whether the other hosts of the domain can do without http is for their owner to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def _weak(secret: str) -> bool:
    """Too short, of too few different characters, or a word that stands in for a secret."""
    placeholder = ("django-insecure", "only-for-tests", "change-me", "changeme", "secret")
    return len(secret) < 32 or len(set(secret)) < 8 or secret.lower().startswith(placeholder)


_email = env.str("EMAIL_URL", default="")
_problems = [
    sentence
    for wrong, sentence in (
        (
            _weak(SECRET_KEY),
            "SECRET_KEY is missing, shorter than 32 characters or no secret (deploy/make-secrets).",
        ),
        (
            env.bool("DEBUG", default=False),
            "DEBUG is on; it shows secrets to whoever makes an error.",
        ),
        (not ALLOWED_HOSTS, "ALLOWED_HOSTS is empty; name the hosts of this site."),
        ("*" in ALLOWED_HOSTS, "ALLOWED_HOSTS holds *; name the hosts of this site."),
        (
            not FIELD_ENCRYPTION_KEYS or any(map(_weak, FIELD_ENCRYPTION_KEYS)),
            "FIELD_ENCRYPTION_KEYS is missing, or has a key under 32 characters or no secret.",
        ),
        (
            not _email or _email.startswith("console"),
            "EMAIL_URL is missing or prints to the log, with links that open an account.",
        ),
    )
    if wrong
]
if _problems:
    raise ImproperlyConfigured(" ".join(_problems))
