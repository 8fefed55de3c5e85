"""The report of a case as a page, for a printer or to read without a program for PDF."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.answers import Answer, answers_of
from cases.models import Case
from cases.report import words
from cases.selectors.reads import reads_of
from cases.views.guard import answered_case, clinical


@clinical
@require_safe
@answered_case
def case_print(request: HttpRequest, case: Case) -> HttpResponse:
    """The rows of the PDF, with the radiographs in full. They leave their access records
    themselves."""
    answers = [one for one in answers_of(case) if one.radiograph.withdrawn_at is None]
    reads = reads_of(case=case)
    context = {
        "case": case,
        "rows": words.of_case(case),
        "reads": [list(words.of_read(read, reads.amended)) for read in reads.standing],
        "is_read": reads.cover([one.radiograph for one in answers]),
        "answers": [_told(one, reads.marks_on(one.radiograph)) for one in answers],
        "made_at": words.moment(timezone.now()),
    }
    return render(request, "cases/print.html", context)


def _told(answer: Answer, places: Sequence[tuple[float, float]]) -> tuple[object, ...]:
    """An answer with its rows, the places that reads marked on it, and its captions."""
    captions = words.captions(answer, ringed=bool(places))
    return answer, list(words.of_answer(answer)), places, captions
