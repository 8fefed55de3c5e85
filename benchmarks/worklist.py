"""`python -m benchmarks.worklist`: what the worklist costs when an organization has many cases."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

FORMAT = "{name:<28} median {median:6.1f} ms   95th percentile {late:6.1f} ms\n"


def database(folder: Path) -> None:
    """An empty platform in a file of its own."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'bench.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "fracture_platform.settings.test"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def filled(cases: int, unread: int) -> Any:
    """A clinician whose hospital has so many cases, of which the newest are unread; levels, ages
    and urgency in turn. All that were read without a fracture were read by this one."""
    from django.utils import timezone

    from cases.models import Case, Read
    from cases.services.status import LEVEL_RANK, PRIORITY_RANK
    from cases.vocabulary import CaseLevel, Priority
    from tests.factories import OrganizationFactory, RadiographFactory, UserFactory

    hospital = OrganizationFactory()
    levels, now = list(CaseLevel), timezone.now()
    rows = []
    for number in range(cases):
        level = levels[number % len(levels)]
        priority = Priority.URGENT if number % 20 == 0 else Priority.ROUTINE
        received = now - timedelta(minutes=number)
        rows.append(
            Case(
                submitting_organization=hospital,
                reading_organization=hospital,
                patient_reference=f"P-{number:06d}",
                created_at=received,
                level=level,
                status="finished",
                priority=priority,
                urgency=PRIORITY_RANK[priority] + LEVEL_RANK[level],
                read_at=None if number < unread else received,
            )
        )
    Case.objects.bulk_create(rows, batch_size=2000)
    for case in rows[:200]:
        RadiographFactory(case=case, canonical="none.png", original="none.png")
    reader = UserFactory(organization=hospital)
    read = [case for case in rows[unread:] if case.level == CaseLevel.NO_FRACTURE_FOUND]
    Read.objects.bulk_create(
        [
            Read(case=case, reader=reader, organization=hospital, conclusion="no_fracture")
            for case in read
        ],
        batch_size=2000,
    )
    return reader


def measured(name: str, deed: Any, times: int) -> str:
    """One line; the first run is not counted."""
    deed()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        deed()
        taken.append(1000 * (time.perf_counter() - start))
    late = statistics.quantiles(taken, n=20)[-1]
    return FORMAT.format(name=name, median=statistics.median(taken), late=late)


def main() -> int:
    """Print what page, selector and question for news take."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.worklist",
        description="Measure the worklist on a filled database.",
        epilog="example: python -m benchmarks.worklist --cases 100000 --unread 1000",
    )
    parser.add_argument("--cases", type=int, default=100_000, help="in all (100000)")
    parser.add_argument("--unread", type=int, default=1_000, help="of them (1000)")
    parser.add_argument("--times", type=int, default=60, help="that each is asked for (60)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database(Path(folder))
        from django.test import Client
        from django.utils import timezone

        from cases.selectors.worklist import worklist

        person = filled(options.cases, options.unread)
        client = Client()
        client.force_login(person)
        for line in (
            measured("selector", lambda: worklist(user=person, now=timezone.now()), options.times),
            measured("page", lambda: client.get("/"), options.times),
            measured("question for news", lambda: client.get("/worklist/state/"), options.times),
            measured("list of all cases", lambda: client.get("/cases/"), options.times),
        ):
            sys.stdout.write(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
