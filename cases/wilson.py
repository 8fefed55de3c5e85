"""A share of a count, and how far chance alone may have moved it."""

from dataclasses import dataclass
from math import sqrt

from django.utils.translation import gettext as _

Z = 1.959963984540054
"""Of a 95 % interval: the 97.5th percentile of the normal distribution."""


@dataclass(frozen=True)
class Share:
    """`count` of `of` (more than none), with the 95 % interval of Wilson (1927), which stays
    within 0 and 1 and holds for small counts and for shares near the ends."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def interval(self) -> tuple[float, float]:
        share, among, z2 = self.value, self.of, Z * Z
        middle = share + z2 / (2 * among)
        reach = Z * sqrt(share * (1 - share) / among + z2 / (4 * among * among))
        low, high = (middle - reach) / (1 + z2 / among), (middle + reach) / (1 + z2 / among)
        # At the ends the formula gives exactly 0 and 1; rounding must not say otherwise.
        return (low if self.count else 0.0), (high if self.count < among else 1.0)

    @property
    def percent(self) -> str:
        """A part of a count is rounded neither to nothing nor to all of it."""
        number = round(100 * self.value)
        if number < 1 and self.count:
            return _("under 1 %")
        if number > 99 and self.count < self.of:
            return _("over 99 %")
        return _("%(number)d %%") % {"number": number}

    def __str__(self) -> str:
        low, high = (round(100 * end) for end in self.interval)
        words = _("%(share)s (95 %% interval %(low)d to %(high)d %%)")
        return words % {"share": self.percent, "low": low, "high": high}
