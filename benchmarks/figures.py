"""`python -m benchmarks.figures`: what the page of figures costs a hospital with many cases."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.worklist import database, measured

BATCH = 2000


def filled(cases: int) -> Any:
    """A clinician whose hospital had so many cases, evenly over a year: each with a radiograph, its
    answer, four events and a read; every tenth was read again by a supervising reader."""
    from cases.models import ModelVersion
    from tests.factories import ModelVersionFactory, OrganizationFactory, UserFactory

    hospital = OrganizationFactory()
    reader = UserFactory(organization=hospital)
    supervisor = UserFactory(organization=hospital, role="supervising_reader")
    active = ModelVersion.objects.filter(is_active=True).first()
    model_version = active or ModelVersionFactory(is_active=True)
    for start in range(0, cases, BATCH):
        numbers = range(start, min(start + BATCH, cases))
        _save(list(_cases(numbers, cases, hospital)), reader, supervisor, model_version)
    return reader


def _cases(numbers: range, of: int, hospital: Any) -> Iterator[Any]:
    from django.utils import timezone

    from cases.models import Case

    now, each = timezone.now(), timedelta(days=364) / of
    levels = ("fracture", "inconclusive", "no_fracture_found", "no_fracture_found")
    for number in numbers:
        received = now - timedelta(hours=3) - number * each
        yield Case(
            submitting_organization=hospital,
            reading_organization=hospital,
            patient_reference=f"P-{number:06d}",
            created_at=received,
            level=levels[number % len(levels)],
            status="finished",
            priority="urgent" if number % 20 == 0 else "routine",
            read_at=received + timedelta(minutes=1 + number % 150),
        )


def _save(cases: list[Any], reader: Any, supervisor: Any, model_version: Any) -> None:
    from cases.models import Analysis, Case, CaseEvent, Radiograph, Read

    radiographs = [_radiograph(case) for case in cases]
    analyses = [_analysis(radiograph, model_version) for radiograph in radiographs]
    hospital = cases[0].reading_organization
    conclusions = ("fracture", "no_fracture", "no_fracture", "unsure")
    reads = [
        Read(
            case=case,
            reader=person,
            organization=hospital,
            created_at=case.read_at + timedelta(hours=person is supervisor),
            conclusion=conclusions[number % len(conclusions)],
            analysis=analyses[number],
        )
        for number, case in enumerate(cases)
        for person in ([reader, supervisor] if number % 10 == 0 else [reader])
    ]
    kinds = ("received", "queued", "started", "succeeded")
    events = [
        CaseEvent(case=one.case, radiograph=one, kind=kind) for one in radiographs for kind in kinds
    ]
    Case.objects.bulk_create(cases)
    Radiograph.objects.bulk_create(radiographs)
    Analysis.objects.bulk_create(analyses)
    Read.objects.bulk_create(reads)
    CaseEvent.objects.bulk_create(events)


def _radiograph(case: Any) -> Any:
    from cases.models import Radiograph

    return Radiograph(
        case=case,
        created_at=case.created_at,
        sha256=uuid4().hex * 2,
        received_bytes=1000,
        format="png",
        original="none.png",
        canonical="none.png",
        width=96,
        height=128,
        bits=8,
    )


def _analysis(radiograph: Any, model_version: Any) -> Any:
    from cases.models import Analysis

    case = radiograph.case
    taken = timedelta(milliseconds=800 + int(radiograph.sha256[:3], 16))
    return Analysis(
        radiograph=radiograph,
        model_version=model_version,
        status="succeeded",
        attempt=1,
        level=case.level,
        probability=0.5,
        created_at=case.created_at,
        started_at=case.created_at,
        finished_at=case.created_at + taken,
    )


def main() -> int:
    """Print what the page takes for each period."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.figures",
        description="Measure the page of figures on a filled database.",
        epilog="example: python -m benchmarks.figures --cases 100000",
    )
    parser.add_argument("--cases", type=int, default=100_000, help="in a year (100000)")
    parser.add_argument("--times", type=int, default=20, help="that each is asked for (20)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database(Path(folder))
        from django.test import Client

        from cases.selectors.figures.period import LENGTHS

        client = Client()
        client.force_login(filled(options.cases))
        for days in LENGTHS:
            address = f"/organization/figures/?days={days}"
            line = measured(f"{days} days", lambda to=address: client.get(to), options.times)
            sys.stdout.write(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
