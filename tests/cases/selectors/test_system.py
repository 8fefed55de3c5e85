"""`/status.json`: when the platform says that an upload would be analysed now."""

import time
from datetime import timedelta
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cases.models import ModelVersion, Worker
from cases.selectors.system import GONE_AFTER, System
from tests.factories import AnalysisFactory, ModelVersionFactory


def worker(kind: Worker.Kind, *, seen: timedelta, model: ModelVersion | None = None) -> Worker:
    now = timezone.now()
    return Worker.objects.create(
        name=f"{kind}@{seen}", kind=kind, model_version=model, started_at=now, seen_at=now - seen
    )


@pytest.mark.parametrize(
    ("database", "storage", "broker", "holds"), list(product([True, False], repeat=4))
)
def test_ready_is_every_part_together(
    database: bool, storage: bool, broker: bool, holds: bool
) -> None:
    active, other = ModelVersion(version="1"), ModelVersion(version="2")
    held = active if holds else other
    found = System(
        database=database,
        storage=storage,
        broker=broker,
        model=active,
        workers=(Worker(name="w", kind=Worker.Kind.INFERENCE, model_version=held),),
    )
    assert found.ready is (database and storage and broker and holds)


@pytest.mark.parametrize(
    ("kind", "active"),
    [
        (Worker.Kind.HOUSEKEEPING, True),
        (Worker.Kind.SCHEDULER, True),
        (Worker.Kind.INFERENCE, False),
    ],
)
def test_only_an_inference_worker_and_only_an_active_model_count(
    kind: Worker.Kind, active: bool
) -> None:
    model = ModelVersion()
    workers = (Worker(name="w", kind=kind, model_version=model if active else None),)
    found = System(
        database=True, storage=True, broker=True, model=model if active else None, workers=workers
    )
    assert not found.ready


@pytest.mark.django_db
def test_what_the_page_says(
    client: Client,
    model_version: ModelVersion,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    worker(Worker.Kind.INFERENCE, seen=timedelta(seconds=1), model=model_version)
    worker(Worker.Kind.INFERENCE, seen=GONE_AFTER + timedelta(seconds=1), model=model_version)
    worker(Worker.Kind.SCHEDULER, seen=timedelta(seconds=1))
    AnalysisFactory(model_version=model_version)
    AnalysisFactory(queued_at=timezone.now() - timedelta(seconds=90))
    AnalysisFactory(succeeded=True)
    with django_assert_max_num_queries(6):
        answer = client.get("/status.json")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    said = answer.json()
    oldest = said["queue"].pop("oldest_seconds")
    assert 90 <= oldest < 100
    assert said == {
        "ready": False,  # no broker runs here
        "database": {"up": True},
        "storage": {"writable": True},
        "broker": {"up": False},
        "workers": {"inference": 1, "housekeeping": 0, "webhooks": 0, "holding_active_model": True},
        "scheduler": {"up": True},
        "model": {
            "name": model_version.name,
            "version": model_version.version,
            "demonstration": True,
        },
        "queue": {"waiting": 2, "running": 0},
    }


@pytest.mark.django_db
def test_a_worker_that_still_holds_the_former_model_does_not_count(client: Client) -> None:
    former, active = ModelVersionFactory(), ModelVersionFactory(is_active=True)
    held = worker(Worker.Kind.INFERENCE, seen=timedelta(), model=former)
    assert client.get("/status.json").json()["workers"]["holding_active_model"] is False
    Worker.objects.filter(pk=held.pk).update(model_version=active)
    assert client.get("/status.json").json()["workers"]["holding_active_model"] is True


@pytest.mark.django_db
def test_an_empty_platform_answers_within_a_second_or_so(
    client: Client, settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    began = time.monotonic()
    said = client.get("/status.json").json()
    assert time.monotonic() - began < 2
    assert said["model"] is None
    assert said["queue"] == {"waiting": 0, "running": 0, "oldest_seconds": None}
