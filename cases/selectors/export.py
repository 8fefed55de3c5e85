"""The cases of a filtered list, all of them, for a file."""

from collections.abc import Iterator

from django.db.models import Prefetch, prefetch_related_objects

from accounts.models import User
from cases.models import Case, Read
from cases.selectors.cases import CaseFilters, cases_page

AT_ONCE = 500


def every_case(*, user: User, filters: CaseFilters) -> Iterator[Case]:
    """As `cases_page`, newest first, page after page; each with its standing reads, newest first,
    as `standing`. Never all of them in memory."""
    cursor = ""
    while True:
        page = cases_page(user=user, filters=filters, cursor=cursor, size=AT_ONCE)
        standing = Read.objects.filter(amended_by__isnull=True).select_related("reader")
        newest = standing.order_by("-created_at", "-pk")
        prefetch_related_objects(page.cases, Prefetch("reads", queryset=newest, to_attr="standing"))
        for case in page.cases:
            if case.withheld:
                case.standing = []  # type: ignore[attr-defined]  # a read tells of the answer, too
            yield case
        cursor = page.next_cursor
        if not cursor:
            return
