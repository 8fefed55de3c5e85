"""The report of a case as a page, for a printer or to read without a program for PDF."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.answers import answers_of
from cases.report import words
from cases.selectors.cases import get_case_with_answers
from cases.selectors.reads import reads_of
from cases.views.guard import back_to_impression, back_to_withdrawn, clinical, found, person


@clinical
@require_safe
def case_print(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What the PDF says, row for row, with the radiographs in full. They leave their access records
    themselves."""
    user = person(request)
    case = found(get_case_with_answers, user=user, case_id=case_id)
    if case.withdrawn_at:
        return back_to_withdrawn(request, case)
    if case.withheld:
        return back_to_impression(request, case)
    answers = [one for one in answers_of(case) if one.radiograph.withdrawn_at is None]
    reads = reads_of(case=case)
    context = {
        "case": case,
        "rows": words.of_case(case),
        "reads": [list(words.of_read(read, reads.amended)) for read in reads.standing],
        "is_read": reads.cover([one.radiograph for one in answers]),
        "answers": [
            (one, list(words.of_answer(one)), reads.marks_on(one.radiograph)) for one in answers
        ],
        "made_at": words.moment(timezone.now()),
    }
    return render(request, "cases/print.html", context)
