"""Pages of a list: by keyset, never counted. DRF's own cursor says `nullable`, which OpenAPI 3.1
does not know."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from cases.api.problems import field_error
from cases.selectors.cases import PAGE_SIZE
from cases.selectors.cursor import BadCursor

LARGEST = 100
PARAMETERS = frozenset({"cursor", "page_size"})


def size_of(request: Request) -> int:
    """How many the page is to hold."""
    given = request.query_params.get("page_size")
    if given is None:
        return PAGE_SIZE
    field = serializers.IntegerField(min_value=1, max_value=LARGEST)
    try:
        return int(field.run_validation(given))
    except serializers.ValidationError as error:
        raise serializers.ValidationError({"page_size": error.detail}) from None


def cursor_of(request: Request) -> str:
    cursor = request.query_params.get("cursor")
    if cursor == "":
        raise field_error("cursor", "invalid_cursor")
    return cursor or ""


@contextmanager
def no_bad_cursor() -> Iterator[None]:
    try:
        yield
    except BadCursor:
        raise field_error("cursor", "invalid_cursor") from None


def page(request: Request, next_cursor: str, results: Any) -> Response:
    """The rows, and the whole address of the next page with the same filters, if there is one."""
    following = None
    if next_cursor:
        address = request.build_absolute_uri()
        following = str(replace_query_param(address, "cursor", next_cursor))
    return Response({"next": following, "results": results})
