"""`/livez`: the process lives. `/readyz`: it can accept an upload, whether or not the broker is up.

A middleware before all others answers them: a probe names no host that Django would allow, needs
neither session nor redirect to TLS, and would fill the request log.
"""

import uuid
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse


def database_answers() -> bool:
    """Whether the database answers and its tables have been made."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            return cursor.fetchone() is not None
    except DatabaseError:
        return False


def storage_is_writable() -> bool:
    """Whether the private storage takes a file and lets it go; tried with one of a few bytes."""
    storage = storages["private"]
    try:
        storage.delete(storage.save(f"health/{uuid.uuid4()}", ContentFile(b"ready?")))
    except Exception:  # noqa: BLE001  (each kind of storage has errors of its own)
        return False
    return True


def _livez() -> HttpResponse:
    return JsonResponse({"alive": True})


def _readyz() -> HttpResponse:
    found = {"database": database_answers(), "storage": storage_is_writable()}
    ready = all(found.values())
    return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)


_ANSWERS = {"/livez": _livez, "/readyz": _readyz}


class HealthMiddleware:
    """Answers `/livez` and `/readyz`; everything else goes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = _ANSWERS.get(request.path_info)
        if answer is None or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        response = answer()
        response.headers["Cache-Control"] = "no-store"
        return response
