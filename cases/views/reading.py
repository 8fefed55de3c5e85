"""A clinician reads a case."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.selectors import supervising_readers
from cases import permissions
from cases.answers import Answer, answers_of, deciding
from cases.models import Read
from cases.read_form import ImpressionForm, ReadForm
from cases.selectors.cases import get_case, get_case_with_answers
from cases.selectors.reads import reads_of
from cases.services import impressions, reads
from cases.views.guard import back_to_impression, back_to_withdrawn, clinical, found, person
from cases.vocabulary import Agreement


@clinical
@require_http_methods(["GET", "HEAD", "POST"])
def case_read(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a final read, or amend one's own. The case page carries the same form."""
    user = person(request)
    case = found(get_case_with_answers, user=user, case_id=case_id)
    if not permissions.may_read(user, case):
        raise PermissionDenied
    if case.withdrawn_at:
        return back_to_withdrawn(request, case)
    if case.withheld and request.method != "POST":
        return back_to_impression(request, case)
    answers = [one for one in answers_of(case) if one.radiograph.withdrawn_at is None]
    shown, answer = _shown(request, answers), deciding(answers)
    own = reads_of(case=case).of(user)
    start = ReadForm.start(case, answer, own)
    data = request.POST if request.method == "POST" else None
    form = ReadForm(data, initial=start, case=case, answer=answer)
    if request.method == "POST" and form.is_valid():
        try:
            read = reads.record_read(case=case, reader=user, **form.read())
        except reads.CannotBeRead as error:
            # What was typed stays on the page, also where a radiograph came in meanwhile.
            form.add_error(None, str(error))
        else:
            _tell(request, read, mark_dropped=form.mark_dropped)
            page = reverse("case_page", args=[case.pk])
            return redirect(f"{page}?radiograph={shown.radiograph.pk}" if shown else page)
    status = 422 if request.method == "POST" else 200
    context = {"read_form": form, "case": case, "shown": shown, "own_read": own}
    return render(request, "cases/read.html", context, status=status)


@clinical
@require_POST
def case_impression(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a first impression; the case page then shows what the software says."""
    case = found(get_case, user=person(request), case_id=case_id)
    form = ImpressionForm(request.POST)
    # An empty form is asked for again by the service, in one sentence with everything else.
    said = form.cleaned_data if form.is_valid() else {"conclusion": "", "seen": ()}
    try:
        impressions.record_impression(case=case, reader=person(request), **said)
    except impressions.NotWanted as error:
        messages.warning(request, str(error))
    radiograph = request.POST.get("radiograph", "")
    query = f"?{urlencode({'radiograph': radiograph})}" if radiograph else ""
    return redirect(f"{reverse('case_page', args=[case.pk])}{query}")


def _shown(request: HttpRequest, answers: Sequence[Answer]) -> Answer | None:
    """The radiograph that was on the page, with its answer: the one named, or the first."""
    wanted = request.POST.get("radiograph", "")
    first = answers[0] if answers else None
    return next((one for one in answers if str(one.radiograph.pk) == wanted), first)


def _tell(request: HttpRequest, read: Read, *, mark_dropped: bool) -> None:
    """That it is kept, and what comes of it."""
    said = [_("Your read was amended.") if read.amends_id else _("Your read is signed.")]
    if mark_dropped:
        said.append(_("It keeps no marked place, as it found nothing there."))
    if read.agreement == Agreement.DISAGREE:
        others = supervising_readers(read.organization).exclude(pk=read.reader_id).count()
        if not others:
            said.append(
                _(
                    "It disagrees with the software, and nobody is asked to look again: your "
                    "organization has no other supervising reader. An administrator names one "
                    "under People."
                )
            )
            messages.warning(request, " ".join(said))
            return
        asked = ngettext(
            "It disagrees with the software: %(n)d supervising reader finds the case under “To "
            "look at again”.",
            "It disagrees with the software: %(n)d supervising readers find the case under “To "
            "look at again”.",
            others,
        )
        said.append(asked % {"n": others})
    messages.success(request, " ".join(said))
