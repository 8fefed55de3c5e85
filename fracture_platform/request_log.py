"""The log line of a request: who asked for which page, without what nobody else may know."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware

SECRET_ARGUMENTS = ("token", "key", "uidb36")
"""Parts of an address that open a door to whoever knows them."""


class RequestLogMiddleware(RequestMiddleware):
    """Logs the path only: a query may hold a patient reference, a link may hold a token."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = request.path
        try:
            arguments = resolve(request.path_info).kwargs
        except Resolver404:
            return f"{request.method} (no such page)"
        for name in SECRET_ARGUMENTS:
            if name in arguments:
                path = path.replace(str(arguments[name]), "...")
        return f"{request.method} {path}"
