"""The cases of a filtered list, all of them, for a file."""

from collections.abc import Iterator

from accounts.models import User
from cases.models import Case
from cases.selectors.cases import CaseFilters, cases_page

AT_ONCE = 500


def every_case(*, user: User, filters: CaseFilters) -> Iterator[Case]:
    """As `cases_page`, page after page; never all of them in memory."""
    cursor = ""
    while True:
        page = cases_page(user=user, filters=filters, cursor=cursor, size=AT_ONCE)
        yield from page.cases
        cursor = page.next_cursor
        if not cursor:
            return
