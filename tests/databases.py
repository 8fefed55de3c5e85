"""Databases that several connections share, in this process or in others."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker


@contextlib.contextmanager
def own_database(path: Path) -> Iterator[None]:
    """Point this process's connection to a new database file, and back again afterwards."""
    held, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection = None
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = held


@pytest.fixture(scope="session")
def empty_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Path:
    """A database file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("database") / "db.sqlite3"
    with django_db_blocker.unblock(), own_database(path):
        call_command("migrate", verbosity=0)
    return path


@pytest.fixture
def several_connections(
    request: pytest.FixtureRequest,
    transactional_db: None,
    tmp_path: Path,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """A database that threads reach by connections of their own; rows are really committed."""
    if connection.vendor != "sqlite":
        yield
        return
    # The tests' usual SQLite lies in memory and does not wait for a lock.
    template = request.getfixturevalue("empty_database")
    path = Path(shutil.copy(template, tmp_path / "db.sqlite3"))
    with django_db_blocker.unblock(), own_database(path):
        yield
