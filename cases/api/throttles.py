"""Requests in a minute, of a key and of its organization together."""

from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import User
from cases.api.limits import WINDOW_SECONDS, Use, count_request


class Throttle(BaseThrottle):
    """Notes what is used on the request, for the headers of its answer (`rate_headers`)."""

    def __init__(self) -> None:
        self.spent: list[Use] = []

    def allow_request(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return True
        user: User = request.user  # type: ignore[assignment]  # ours
        view.rate_uses = count_request(user, request.auth)
        self.spent = [use for use in view.rate_uses if use.used > use.limit]
        return not self.spent

    def wait(self) -> float | None:
        return max((use.resets_in for use in self.spent), default=None)


def rate_headers(uses: Sequence[Use]) -> dict[str, str]:
    """As draft-ietf-httpapi-ratelimit-headers has them: quota (q), window (w), what remains (r) and
    the seconds until it begins anew (t)."""
    if not uses:
        return {}
    policy = ", ".join(f'"{use.name}";q={use.limit};w={WINDOW_SECONDS}' for use in uses)
    left = ", ".join(f'"{use.name}";r={use.left};t={use.resets_in}' for use in uses)
    return {"RateLimit-Policy": policy, "RateLimit": left}
