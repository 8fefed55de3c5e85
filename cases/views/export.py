"""A filtered list as a file for spreadsheets."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from cases.forms import FilterForm
from cases.models import Case, Read
from cases.selectors.export import every_case
from cases.views.guard import clinical, person

COLUMNS = (
    "case",
    "patient_reference",
    "received",
    "sent_by",
    "read_by",
    "body_region",
    "side",
    "priority",
    "status",
    "level",
    "read",
    "reader",
    "read_at",
    "agreement",
    "other_findings",
    "comment",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file for `csv.writer` that keeps nothing."""

    def write(self, text: str) -> str:
        return text


@clinical
@require_safe
def case_export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows with the same filters, every page of it, as it is written."""
    form = FilterForm(request.GET)
    if not form.is_valid():
        # The list says what is wrong with the filter.
        return redirect(f"{reverse('case_list')}?{request.GET.urlencode()}")
    cases = every_case(user=person(request), filters=form.filters())
    response = StreamingHttpResponse(_lines(cases), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return response


def _lines(cases: Iterator[Any]) -> Iterator[str]:
    table = csv.writer(_Line())
    # Spreadsheets take a file without the mark for one of their own old encodings.
    yield "\ufeff" + table.writerow(COLUMNS)
    for case in cases:
        for read in case.standing or [None]:
            yield table.writerow([_harmless(cell) for cell in _cells(case, read)])


def _cells(case: Case, read: Read | None) -> list[str]:
    """A line for each standing read, or one for a case that nobody has read."""
    return [
        str(case.pk),
        case.patient_reference,
        _moment(case.created_at),
        str(case.submitting_organization),
        str(case.reading_organization),
        case.body_region,
        case.side,
        case.priority,
        case.status,
        "withheld" if case.withheld else case.level,
        *(
            [
                read.conclusion,
                str(read.reader),
                _moment(read.created_at),
                read.agreement,
                " ".join(read.other_findings),
                read.comment,
            ]
            if read
            else [""] * 6
        ),
    ]


def _moment(moment: datetime) -> str:
    return localtime(moment).isoformat(timespec="seconds")


def _harmless(cell: str) -> str:
    """A spreadsheet must not take what somebody typed for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
