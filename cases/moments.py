"""Moments as numbers in the database.

Django's own functions of dates call Python for every row of SQLite; these do not.
"""

from typing import Any

from django.db.models import FloatField, Func, IntegerField

QUARTER = 15 * 60
"""Seconds. Every time zone in use is a whole number of quarters of an hour from UTC, so that a day
of any of them is made of whole ones."""


class QuarterHour(Func):
    """The number of the quarter of an hour since 1970 in which a moment lies."""

    output_field = IntegerField()
    template = f"CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / {QUARTER}) AS BIGINT)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        # Without the fraction of a second, which SQLite would round up.
        seconds = "CAST(strftime('%%%%s', substr(%(expressions)s, 1, 19)) AS INTEGER)"
        return self.as_sql(compiler, connection, template=f"({seconds} / {QUARTER})", **context)


class Seconds(Func):
    """A moment in seconds from one that the database chooses, good to a millisecond; only what
    lies between two of them means something."""

    output_field = FloatField()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) AS DOUBLE PRECISION)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        template = "(julianday(%(expressions)s) * 86400.0)"
        return self.as_sql(compiler, connection, template=template, **context)
