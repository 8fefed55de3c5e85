"""When a delivery is tried again, how long an endpoint that fails rests, and when it is dead."""

import random
from datetime import datetime, timedelta

AFTER = [
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=8),
]
"""The rest after the first, second, ... attempt; with what chance adds they last a day or more."""
MOST_ATTEMPTS = len(AFTER) + 1
ADDED = (1.05, 1.25)
"""By which a rest is longer: what failed together does not come back together."""
PATIENCE = 5
SLOW_MILLISECONDS = 1000
"""After so many failures in a row a slow one lets the endpoint rest as a whole: a receiver that
hangs takes little of the workers' time, and one that refuses quickly is not held up."""
LONGEST_REST = timedelta(minutes=10)
DEAD_AFTER = timedelta(hours=24)
DEAD_FAILURES = 10


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try again what has failed so many times; None when it has been tried enough."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + AFTER[attempts - 1] * random.uniform(*ADDED)  # noqa: S311  (no secret)


def rest(failures: int, milliseconds: int, now: datetime) -> datetime | None:
    """Until when an endpoint is left alone, by its failures in a row and the time of the last."""
    if failures < PATIENCE or milliseconds < SLOW_MILLISECONDS:
        return None
    return now + min(timedelta(minutes=failures - PATIENCE + 1), LONGEST_REST)


def is_dead(failures: int, failing_since: datetime, now: datetime) -> bool:
    """Nothing has come through for a day, and that was tried often enough to mean something."""
    return failures >= DEAD_FAILURES and now - failing_since >= DEAD_AFTER
