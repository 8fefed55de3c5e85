"""Pages of the sign-in package that this site does not have."""

from typing import NoReturn

from django.http import Http404, HttpRequest


def closed(request: HttpRequest, **kwargs: str) -> NoReturn:
    raise Http404
