"""`python -m benchmarks.api`: what the REST API and its webhooks cost, with few and many cases.

Everything runs in this process, on a database file, a storage and a broker of its own: no network,
no other process's turn. The same is measured first with 1,000 cases and then with all, so that the
ratio says what a larger database costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from benchmarks.worklist import database

FEW = 1000
COLUMNS = "{:<34}{:>9}{:>12}{:>12}{:>9}\n"


@dataclass(frozen=True)
class Cost:
    """The median in milliseconds, and how many queries one run makes."""

    milliseconds: float
    queries: int


def cost(deed: Callable[[], object], times: int) -> Cost:
    """The first run is not counted; the second's queries are."""
    from django.db import connection

    asked = []

    def noted(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    deed()
    with connection.execute_wrapper(noted):
        deed()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        deed()
        taken.append(1000 * (time.perf_counter() - start))
    return Cost(statistics.median(taken), len(asked))


def organization(cases: int) -> tuple[Any, Any]:
    """A hospital whose cases have answers and reads, and one of its administrators."""
    from benchmarks.figures import filled
    from tests.factories import UserFactory

    hospital = filled(cases).organization
    return hospital, UserFactory(organization=hospital, role="organization_administrator")


def program(hospital: Any) -> Any:
    """What calls the API with a key of the hospital."""
    from tests.cases.api.calling import caller

    return caller(hospital, "admin")


def requests(api: Any, hospital: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    from cases.models import Case
    from tests.factories import phantom

    old = Case.objects.filter(reading_organization=hospital).order_by("created_at")[FEW // 2]
    tag = api.get(f"cases/{old.pk}/")["ETag"]
    numbers = iter(range(10**9))

    def sent(key: str) -> object:
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("wrist.png", phantom())
        body = {"patient_reference": "P-1", "radiographs": [file]}
        response = api.send("cases/", body, Idempotency_Key=key)
        if response.status_code != 202:
            raise RuntimeError(response.content)
        return response

    yield "list of cases", lambda: api.get("cases/")
    yield "list, fracture, 100 a page", lambda: api.get("cases/?level=fracture&page_size=100")
    yield "list by patient reference", lambda: api.get("cases/?patient_reference=P-000500")
    yield "a case", lambda: api.get(f"cases/{old.pk}/")
    yield "a case that is as it was (304)", lambda: api.get(f"cases/{old.pk}/", If_None_Match=tag)
    yield "its analyses", lambda: api.get(f"cases/{old.pk}/analyses/")
    yield "usage", lambda: api.get("usage/")
    yield "submission, one radiograph", lambda: sent(f"new-{next(numbers)}")
    yield "the same submission again", lambda: sent("same")


def deliveries(
    hospital: Any, administrator: Any, waiting: int, url: str
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Of one endpoint for which so many events wait."""
    from django.utils import timezone

    from cases.models import Case, WebhookDelivery, WebhookEvent
    from cases.selectors.webhooks import deliveries_page, due_deliveries, due_endpoints
    from cases.services.webhooks.delivering import deliver
    from cases.services.webhooks.endpoints import create_endpoint

    endpoint, _secret = create_endpoint(
        organization=hospital, actor=administrator, url=url, event_types=["case.finished"]
    )
    case = Case.objects.filter(reading_organization=hospital)[0]
    payload = {"type": "case.finished", "timestamp": "", "data": {"case_id": str(case.pk)}}
    events = WebhookEvent.objects.bulk_create(
        [
            WebhookEvent(organization=hospital, type="case.finished", case=case, payload=payload)
            for _ in range(waiting)
        ],
        batch_size=2000,
    )
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(event=event, endpoint=endpoint) for event in events], batch_size=2000
    )
    keys = iter(due_deliveries(timezone.now()).values_list("pk", flat=True))
    yield "endpoints with something due", lambda: list(due_endpoints(timezone.now()))
    yield "what failed, of nothing", lambda: deliveries_page(endpoint, status="failed")
    yield "one delivery", lambda: deliver(delivery_id=next(keys))


def measured(cases: int, waiting: int, times: int) -> dict[str, Cost]:
    from tests.cases.webhooks.receiver import receiver

    hospital, administrator = organization(cases)
    found = {name: cost(deed, times) for name, deed in requests(program(hospital), hospital)}
    with receiver() as receiving:
        rows = deliveries(hospital, administrator, waiting, receiving.url)
        found |= {name: cost(deed, times) for name, deed in rows}
    return found


def open_to_this_machine() -> None:
    """Webhooks may go to it, as in demo mode."""
    from django.conf import settings

    settings.WEBHOOK_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.WEBHOOK_ALLOW_HTTP = True


def environment(folder: Path, broker_url: str) -> None:
    """Limits that no benchmark meets."""
    plenty = ("REQUESTS_PER_KEY", "REQUESTS_PER_ORGANIZATION", "UNFINISHED_PER_ORGANIZATION")
    os.environ |= {f"API_{name}": "1000000" for name in plenty}
    os.environ |= {"VAR_DIR": str(folder), "REDIS_URL": broker_url, "LOG_LEVEL": "ERROR"}


def main() -> int:
    """Print what each operation takes and how many queries it makes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.api",
        description="Measure the REST API and webhooks on a filled database.",
        epilog="example: python -m benchmarks.api --cases 100000 --waiting 20000",
    )
    parser.add_argument("--cases", type=int, default=100_000, help="of the second round (100000)")
    parser.add_argument("--waiting", type=int, default=20_000, help="events, in the second (20000)")
    parser.add_argument("--times", type=int, default=40, help="that each is done (40)")
    options = parser.parse_args()
    from tests.embedded_broker import embedded_broker

    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_broker(Path(folder) / "broker") as broker,
    ):
        environment(Path(folder), broker.url)
        database(Path(folder))
        open_to_this_machine()
        few = measured(FEW, FEW, options.times)
        many = measured(options.cases, options.waiting, options.times)
    sys.stdout.write(COLUMNS.format("", "queries", "few, ms", "many, ms", "ratio"))
    for name, one in few.items():
        other = many[name]
        numbers = (f"{one.milliseconds:.1f}", f"{other.milliseconds:.1f}")
        ratio = f"{other.milliseconds / one.milliseconds:.2f}"
        sys.stdout.write(COLUMNS.format(name, other.queries, *numbers, ratio))
    return 0


if __name__ == "__main__":
    sys.exit(main())
