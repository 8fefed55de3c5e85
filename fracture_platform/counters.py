"""Counters that several processes share: in the broker's Redis, atomic, forgotten by themselves.

They bound how often somebody asks. A broker that is down bounds nobody: what it cannot count is let
through, at once.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)
PATIENCE_SECONDS = 0.25
# One script for all counters of a request: each is counted up and gets its end in one step.
_COUNT = """
local found = {}
for place, key in ipairs(KEYS) do
  local window = tonumber(ARGV[place])
  local count = redis.call('INCR', key)
  local left = redis.call('PTTL', key)
  if left < 0 then
    redis.call('PEXPIRE', key, window)
    left = window
  end
  found[#found + 1] = count
  found[#found + 1] = left
end
return found
"""
_silent_until = 0.0


@dataclass(frozen=True)
class Counted:
    """How often within the window, and the seconds until it ends."""

    count: int
    left: float


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    """One per process: it keeps its connections and gives up at once."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def count(windows: Sequence[tuple[str, int]]) -> list[Counted] | None:
    """Count each (name, seconds) up by one; None where the broker does not answer.

    After that it is not asked for the next seconds, so that not every request waits for it.
    """
    names = [f"count:{name}" for name, _seconds in windows]
    ends = [seconds * 1000 for _name, seconds in windows]
    found = _evaluated(names, ends)
    if found is None:
        return None
    pairs = zip(found[::2], found[1::2], strict=True)
    return [Counted(int(number), int(left) / 1000) for number, left in pairs]


def _evaluated(names: Sequence[str], ends: Sequence[int]) -> Sequence[Any] | None:
    global _silent_until  # noqa: PLW0603  (one per process, like the broker it remembers)
    if time.monotonic() < _silent_until:
        return None
    try:
        found: Any = _client(settings.REDIS_URL).eval(_COUNT, len(names), *names, *ends)
    except (redis.RedisError, OSError) as error:
        _silent_until = time.monotonic() + settings.RECONCILER_SECONDS
        log.warning("nothing_counted", error=type(error).__name__)
        return None
    return list(found)
