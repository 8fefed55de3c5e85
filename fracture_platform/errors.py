"""What is answered when something broke."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.defaults import server_error as broken

RETRY_AFTER = 30
"""Seconds; a database that restarts, or a writer that holds SQLite, is back by then."""


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that does not answer is no mistake of the code's: 503, and when to try again."""
    if not isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return broken(request)
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})
