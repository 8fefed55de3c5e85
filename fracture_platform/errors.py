"""What is answered when something broke outside of our views: a page, or JSON to programs."""

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults

RETRY_AFTER = 30
"""Seconds; a database that restarts, or a writer that holds SQLite, is back by then."""
API = "/api/"


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that does not answer is no mistake of the code's: 503, and when to try again."""
    if not isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        if request.path.startswith(API):
            return _told("error", "Something broke here.", 500)
        return defaults.server_error(request)
    if request.path.startswith(API):
        response = _told("unavailable", "The database does not answer: try again soon.", 503)
    else:
        response = HttpResponse(loader.get_template("503.html").render(), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A host that is not ours, for example."""
    if request.path.startswith(API):
        return _told("bad_request", "The request cannot be understood.", 400)
    return defaults.bad_request(request, exception)


def _told(code: str, sentence: str, status: int) -> HttpResponse:
    """In the shape of every error of the API."""
    known = structlog.contextvars.get_contextvars()
    body = {
        "type": "client_error" if status < 500 else "server_error",
        "request_id": str(known.get("request_id", "")),
        "errors": [{"code": code, "detail": sentence, "attr": None}],
    }
    return JsonResponse(body, status=status)
