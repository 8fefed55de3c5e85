"""The days that figures are of."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

LENGTHS = (7, 30, 90, 365)
DEFAULT = 30


@dataclass(frozen=True)
class Period:
    """So many days up to and with `last`, each from midnight to midnight in the site's zone."""

    last: date
    length: int

    @property
    def days(self) -> list[date]:
        return [self.last - timedelta(days=back) for back in range(self.length - 1, -1, -1)]

    @property
    def since(self) -> datetime:
        return midnight(self.days[0])

    @property
    def until(self) -> datetime:
        """The first moment that no longer belongs to it."""
        return midnight(self.last + timedelta(days=1))


def period_of(wanted: str, now: datetime) -> Period:
    """The period that an address asks for; of a length that is not offered, the default."""
    known = {str(length): length for length in LENGTHS}
    return Period(timezone.localdate(now), known.get(wanted, DEFAULT))


def midnight(day: date) -> datetime:
    """When a day begins in the current time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))
