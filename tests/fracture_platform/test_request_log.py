"""What a request leaves in the log: no query (a patient reference may be in it), no token."""

import json
from collections.abc import Iterator

import pytest
import structlog
from django.http import HttpRequest
from django.test import Client, RequestFactory
from structlog.testing import LogCapture

from fracture_platform.request_log import RequestLogMiddleware


@pytest.fixture
def captured() -> Iterator[LogCapture]:
    capture = LogCapture()
    before = structlog.get_config()["processors"]
    kept = list(before)
    before[:] = [structlog.contextvars.merge_contextvars, capture]
    try:
        yield capture
    finally:
        before[:] = kept


@pytest.mark.django_db
def test_a_search_for_a_patient_is_not_written_down(client: Client, captured: LogCapture) -> None:
    client.get("/status.json?reference=P-00042")
    lines = [entry for entry in captured.entries if entry["event"] == "request_finished"]
    assert lines
    assert lines[0]["request"] == "GET /status.json"
    assert "P-00042" not in json.dumps(captured.entries, default=str)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/status.json?q=P-1", "GET /status.json"),
        ("/no/such/page/P-1", "GET (no such page)"),
        ("/invitation/s3cret-t0ken/", "GET /invitation/.../"),
    ],
)
def test_the_line_of_an_address(path: str, line: str) -> None:
    request: HttpRequest = RequestFactory().get(path)
    assert RequestLogMiddleware.format_request(request) == line
