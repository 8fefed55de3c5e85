"""The report of a case, for printing or another system."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.answers import Answer, answers_of
from cases.models import AccessRecord, Case
from cases.models.radiograph import private_storage
from cases.report import Told, report_pdf
from cases.report.pictures import Print
from cases.report.words import moment
from cases.selectors.reads import Reads, reads_of
from cases.services import trail
from cases.views.files import opened
from cases.views.guard import answered_case, clinical, person


@clinical
@require_safe
@answered_case
def case_report(request: HttpRequest, case: Case) -> HttpResponse:
    """A PDF with images, answers and reads. Whoever gets it was sent the radiographs."""
    user = person(request)
    answers = [one for one in answers_of(case) if one.radiograph.withdrawn_at is None]
    reads = reads_of(case=case)
    told = Told(
        case=case,
        answers=answers,
        pictures=[list(_pictures(answer, reads)) for answer in answers],
        reads=reads,
        made_by=str(user),
        made_at=moment(timezone.now()),
    )
    response = HttpResponse(report_pdf(told), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="case-{case.pk}.pdf"'
    for answer in answers:
        rendition = AccessRecord.Rendition.CANONICAL
        trail.record_access(user=user, radiograph=answer.radiograph, rendition=rendition)
    return response


def _pictures(answer: Answer, reads: Reads) -> Iterator[BytesIO]:
    """The radiograph with the places of reads and the software's marks, and once more under the
    heatmap."""
    places = reads.marks_on(answer.radiograph)
    radiograph = Print(opened(_content, answer.radiograph.canonical.name or ""))
    yield radiograph.marked(places, answer.marks, dashed=answer.marks_dashed)
    if answer.analysis and answer.analysis.heatmap:
        # A report without its heatmap is better than none.
        with suppress(FileNotFoundError):
            yield radiograph.under(_content(answer.analysis.heatmap.name or ""))


def _content(name: str) -> bytes:
    with private_storage().open(name) as file:
        content: bytes = file.read()
    return content
