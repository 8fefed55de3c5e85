"""How much one key and one organization may ask for, and what is used of it."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import ApiKey, User
from fracture_platform import counters

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Use:
    """What is used of a limit of requests; `resets_in` seconds."""

    name: str
    limit: int
    used: int
    resets_in: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def bounds_of(user: User, key: object) -> dict[str, tuple[str, int]]:
    """By the name of its counter: what a limit is called, and how many requests it lets through."""
    who = f"key:{key.pk}" if isinstance(key, ApiKey) else f"person:{user.pk}"
    bounds = {who: ("key", settings.API_REQUESTS_PER_KEY)}
    if user.organization_id is not None:
        most = settings.API_REQUESTS_PER_ORGANIZATION
        bounds[f"organization:{user.organization_id}"] = ("organization", most)
    return bounds


def count_request(user: User, key: object) -> list[Use]:
    """Count one more; nothing where nothing can be counted just now."""
    bounds = bounds_of(user, key)
    found = counters.count([(name, WINDOW_SECONDS) for name in bounds])
    return [
        Use(name, limit, one.count, max(1, round(one.left)))
        for (name, limit), one in zip(bounds.values(), found or (), strict=False)
    ]
