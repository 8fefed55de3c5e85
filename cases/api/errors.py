"""What goes wrong, in one shape: type, errors (code, detail, attr), request_id."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from django.core import exceptions as django
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import exceptions
from rest_framework.settings import api_settings

from cases.api.codes import CODES
from cases.api.problems import RETRY_AFTER, Problem, wrong
from fracture_platform.slow_client import SlowClient

GENERAL = {
    exceptions.APIException,
    exceptions.NotAuthenticated,
    exceptions.MethodNotAllowed,
    exceptions.NotAcceptable,
    exceptions.Throttled,
}
"""What the framework says in words of its own."""
BROKEN_DATABASE = (OperationalError, InterfaceError)


class Handler(ExceptionHandler):
    """Every exception of a view under /api/; none is answered as a page."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, BROKEN_DATABASE):
            return Problem("unavailable", status=503, wait=RETRY_AFTER)
        if isinstance(exc, exceptions.UnsupportedMediaType):
            return self._unsupported()
        return _of_django(exc) or super().convert_known_exceptions(exc)

    def _unsupported(self) -> Problem:
        taken = " or ".join(parser.media_type for parser in self.context["view"].parser_classes)
        said = f"The body is of a type that is not taken here: send it as {taken}."
        return Problem("unsupported_media_type", status=415, detail=said)

    def report_exception(self, exc: exceptions.APIException, response: Any) -> None:
        """What we said on purpose is no news for the log of errors."""
        if not isinstance(exc, Problem) or isinstance(self.exc, BROKEN_DATABASE):
            super().report_exception(exc, response)


def _of_django(exc: Exception) -> Exception | None:
    if isinstance(exc, UnreadablePostError) and isinstance(exc.__cause__, SlowClient):
        said = "The request came too slowly while others waited: send it again."
        return Problem("busy", status=503, detail=said, wait=RETRY_AFTER)
    if isinstance(exc, UnreadablePostError):
        return Problem("truncated", status=400, detail="The upload broke off: send it again.")
    if isinstance(exc, django.RequestDataTooBig):
        return Problem("body_too_large", status=413)
    if isinstance(exc, django.SuspiciousOperation):
        return Problem("bad_request", status=400)
    if isinstance(exc, django.PermissionDenied):
        return exceptions.PermissionDenied(str(exc) or None)
    return _validation(exc) if isinstance(exc, django.ValidationError) else None


class Formatter(ExceptionFormatter):
    def get_errors(self) -> list[Error]:
        """In our words, where the framework says no more than what its code does."""
        said = super().get_errors()
        if type(self.exc) is exceptions.ParseError:
            return [replace(one, detail=f"{CODES[one.code]} {one.detail}") for one in said]
        if type(self.exc) in GENERAL or str(self.exc.detail) == str(self.exc.default_detail):
            return [replace(one, detail=CODES.get(one.code, one.detail)) for one in said]
        return said

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        return {
            "type": error_response.type,
            "request_id": request_id(),
            "errors": [
                {"code": one.code, "detail": one.detail, "attr": _path(one.attr)}
                for one in error_response.errors
            ],
        }


def _path(attr: str | None) -> str | None:
    """The field's path; what is wrong with a whole is said of the whole."""
    return (attr or "").removesuffix(api_settings.NON_FIELD_ERRORS_KEY).rstrip(".") or None


def request_id() -> str:
    """By which the log names this request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _validation(error: django.ValidationError) -> exceptions.ValidationError:
    """Of a model's field, which should have been refused earlier."""
    if not hasattr(error, "error_dict"):
        return exceptions.ValidationError([wrong("invalid", said) for said in error.messages])
    fields: Mapping[str, Sequence[str]] = error.message_dict
    return exceptions.ValidationError(
        {name: [wrong("invalid", said) for said in sentences] for name, sentences in fields.items()}
    )
