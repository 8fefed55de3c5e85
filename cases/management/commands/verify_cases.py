"""`manage.py verify_cases`: recompute what is derived of every case, and compare."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import transaction

from cases.models import Case
from cases.services.status import Derived, derive, load_states, lock_case, update_case

CHUNK = 500


class Command(BaseCommand):
    help = (
        "Recompute status, level and urgency of all cases and list those that differ. "
        "Exit status 1 if any did. It can run while the platform does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="write what was recomputed")
        parser.epilog = "Example: python manage.py verify_cases --repair"

    def handle(self, *, repair: bool, verbosity: int, **options: Any) -> None:
        seen = wrong = 0
        for chunk in chunks():
            for case_id in suspects(chunk):
                difference = confirmed(case_id, repair=repair)
                if difference:
                    wrong += 1
                    self.stdout.write(f"{case_id}: {difference}")
            seen += len(chunk)
            if verbosity:
                self.stderr.write(f"\r{seen} cases", ending="")
                self.stderr.flush()
        outcome = "repaired" if repair else "wrong; --repair mends them" if wrong else "wrong"
        self.stderr.write("\r", ending="")
        self.stdout.write(f"{seen} cases, {wrong} {outcome}.")
        if wrong:
            sys.exit(1)


def chunks() -> Iterator[list[Case]]:
    """All cases, a chunk at a time by key, so that a million of them need no memory."""
    last: UUID | None = None
    fields = ("pk", "status", "level", "urgency", "priority", "withdrawn_at")
    while True:
        rows = Case.objects.order_by("pk").only(*fields)
        chunk = list((rows.filter(pk__gt=last) if last else rows)[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


def suspects(chunk: list[Case]) -> list[UUID]:
    """Cases that differ as far as a look without a lock can tell."""
    states = load_states([case.pk for case in chunk])
    return [
        case.pk
        for case in chunk
        if stored(case)
        != derive(
            withdrawn=case.withdrawn_at is not None,
            priority=case.priority,
            radiographs=states.get(case.pk, []),
        )
    ]


@transaction.atomic
def confirmed(case_id: UUID, *, repair: bool) -> str:
    """Look again under the lock: an analysis may have ended between the two reads."""
    case = lock_case(case_id)
    derived = derive(
        withdrawn=case.withdrawn_at is not None,
        priority=case.priority,
        radiographs=load_states([case_id])[case_id],
    )
    if derived == stored(case):
        return ""
    if repair:
        update_case(case_id=case_id)
    return f"{stored(case)} should be {derived}"


def stored(case: Case) -> Derived:
    return Derived(case.status, case.level, case.urgency)
