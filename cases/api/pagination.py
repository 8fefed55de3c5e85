"""Pages of a list: by keyset, never counted. DRF's own cursor says `nullable`, which OpenAPI 3.1
does not know."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from cases.api.problems import field_error
from cases.selectors.cases import PAGE_SIZE

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


def next_address(request: Request, cursor: str) -> str | None:
    """The whole address of the next page, with the same filters."""
    if not cursor:
        return None
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor))
