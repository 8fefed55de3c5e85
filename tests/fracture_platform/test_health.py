"""`/livez` and `/readyz`: what each depends on, and what it does not."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings


def test_alive_without_a_database(client: Client) -> None:
    answer = client.get("/livez")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_without_a_broker(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": True, "storage": True}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_probe_may_come_by_any_host_name_and_without_tls(
    client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["radiographs.example"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/readyz", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/status.json", headers={"host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.django_db
def test_not_ready_while_the_storage_takes_no_file(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    blocked = tmp_path / "a-file-not-a-folder"
    blocked.write_text("")
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": str(blocked)}}
    settings.STORAGES = {**settings.STORAGES, "private": private}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "storage": False}


@pytest.mark.django_db(transaction=True)
def test_not_ready_before_the_tables_are_there(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO moved_away")
    answer = client.get("/readyz")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moved_away RENAME TO django_migrations")
    assert answer.status_code == 503
    assert answer.json()["database"] is False


@pytest.mark.django_db
def test_nothing_is_left_in_the_storage(client: Client, settings: Settings) -> None:
    client.get("/readyz")
    folder = Path(settings.STORAGES["private"]["OPTIONS"]["location"])
    assert [path for path in folder.rglob("*") if path.is_file() and "health" in path.parts] == []


def test_other_methods_are_not_answered(client: Client, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        assert client.post("/livez").status_code in {403, 404}
