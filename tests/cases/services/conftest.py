"""Fixtures of the tests of services."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.queue.platform import own_database


@pytest.fixture
def several_connections(
    transactional_db: None, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database that threads reach by connections of their own; rows are really committed."""
    if connection.vendor != "sqlite":
        yield
        return
    # The tests' usual SQLite lies in memory and does not wait for a lock.
    with django_db_blocker.unblock(), own_database(tmp_path / "db.sqlite3"):
        yield
