"""Handing out what private storage holds."""

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404
from django.http.response import HttpResponseBase

T = TypeVar("T")


def opened(read: Callable[[str], T], name: str) -> T:
    """Not found, rather than an error of ours, where the file is not (or no longer) there."""
    try:
        return read(name)
    except FileNotFoundError as error:
        raise Http404 from error


def private(response: HttpResponseBase) -> HttpResponseBase:
    """For the person who asked, for this site's own pages, and as the type that it says."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
