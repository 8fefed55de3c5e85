"""What somebody is answered when something broke: a page in the same design, never a traceback."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from cases.views import history


def answer(error: Exception, reader: User, monkeypatch: pytest.MonkeyPatch) -> Any:
    def fails(**_: Any) -> None:
        raise error

    monkeypatch.setattr(history, "cases_page", fails)
    client = Client(raise_request_exception=False)
    client.force_login(reader)
    return client.get("/cases/")


def test_a_database_that_does_not_answer(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    response = answer(OperationalError("database is locked"), reader, monkeypatch)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    page = response.content.decode()
    assert "Try again in half a minute. What you sent may have been kept" in page
    assert "database is locked" not in page
    assert 'href=""' in page


def test_a_mistake_of_the_code(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    response = answer(ZeroDivisionError("secret"), reader, monkeypatch)
    assert response.status_code == 500
    page = response.content.decode()
    assert "The mistake is ours, not yours." in page
    assert "secret" not in page
    assert "Retry-After" not in response.headers
