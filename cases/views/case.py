"""The page of a case, and the fragment by which it follows its analyses."""

from collections.abc import Sequence
from hashlib import blake2s
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import User
from cases import permissions
from cases.answers import Answer, answer, answers_of, deciding, region_note
from cases.models import Case, CaseEvent, Radiograph
from cases.read_form import ImpressionForm, ReadForm
from cases.selectors.cases import get_case_with_answers
from cases.selectors.external_ids import known_numbers
from cases.selectors.impressions import impressions_of, reads_first
from cases.selectors.radiographs import clinical_analyses, comparable_radiographs
from cases.selectors.reads import Reads, reads_of
from cases.selectors.timeline import timeline
from cases.selectors.waiting import waiting
from cases.services import trail
from cases.views.guard import clinical, found, person
from cases.views.polling import Poll, times_asked
from cases.views.timeline import entries
from cases.vocabulary import CaseStatus

UNFINISHED = {CaseStatus.QUEUED, CaseStatus.RUNNING}
# Seconds until the next question, by how many were asked: soon at first, then patiently.
PATIENCE = ((20, 1), (60, 2))
AT_MOST = 5


@clinical
@require_safe
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A case with its radiographs and answers. Opening it is noted; what it asks later is not."""
    user = person(request)
    case = found(get_case_with_answers, user=user, case_id=case_id)
    if request.method == "GET":
        _note_look(user, case)
    context = _context(request, user, case)
    radiograph = context["shown"].radiograph if context["shown"] else None
    context["numbers"] = known_numbers(user=user, case=case, radiograph=radiograph)
    context |= _beside(request, user, case, radiograph)
    context |= _reads(user, case, context["answers"])
    context |= _told(user, case)
    return render(request, "cases/case.html", context)


@clinical
@require_safe
def case_status(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What changed since the page last asked. A final case answers without a further question."""
    user = person(request)
    case = found(get_case_with_answers, user=user, case_id=case_id)
    context = _context(request, user, case)
    context["changed"] = request.GET.get("state") != context["state"]
    if context["changed"]:
        context |= _told(user, case)
        context |= _reads(user, case, context["answers"])
        if case.status == CaseStatus.FINISHED and _is_told_first(user, case):
            # The answer came while the page was open: what was seen when is kept.
            _note_look(user, case)
    return render(request, "cases/_status.html", context)


def _context(request: HttpRequest, user: User, case: Case) -> dict[str, Any]:
    answers = answers_of(case)
    kept = [one for one in answers if one.radiograph.withdrawn_at is None]
    shown = _chosen(request, kept)
    state = _state(case, answers)
    live = not case.withdrawn_at
    return {
        "case": case,
        "region_note": region_note(case),
        "answers": kept,
        "withdrawn": [one for one in answers if one.radiograph.withdrawn_at],
        "shown": shown,
        "state": state,
        "poll": _poll(request, case, shown, state),
        "may_correct": live and permissions.may_correct(user, case),
        "may_withdraw": live and permissions.may_withdraw(user, case),
        "may_rerun": live and permissions.may_rerun(user, case),
        "may_add": live and permissions.may_add(user, case),
        "repeats": _visible_repeat(user, shown),
        "waiting": waiting(shown.radiograph) if shown and live else None,
        "now": timezone.now(),
    }


def _is_told_first(user: User, case: Case) -> bool:
    """Whether this person reads the case first, and has."""
    return not case.withheld and reads_first(user) and permissions.may_read(user, case)


def _note_look(user: User, case: Case) -> None:
    """Note who saw the case, and for who reads first what the software had said by then."""
    detail = {"answer": "withheld" if case.withheld else case.level} if reads_first(user) else {}
    trail.record_event(case=case, kind=CaseEvent.Kind.VIEWED, actor=user, detail=detail)


def _beside(
    request: HttpRequest, user: User, case: Case, shown: Radiograph | None
) -> dict[str, object]:
    """What may be laid beside the radiograph shown, and what is."""
    if shown is None:
        return {}
    found = comparable_radiographs(user=user, case=case)
    others = [one for one in found if one.pk != shown.pk]
    wanted = request.GET.get("beside", "")
    beside = next((one for one in others if str(one.pk) == wanted), None)
    return {
        "comparable": others,
        "elsewhere": any(one.case_id != case.pk for one in others),
        "beside": beside,
        "answer_beside": beside and answer(beside, clinical_analyses(user=user, radiograph=beside)),
    }


def _reads(user: User, case: Case, answers: Sequence[Answer]) -> dict[str, object]:
    """What clinicians concluded, and the form for one who may: of the first impression, while the
    answer is withheld for it, and of the read."""
    if case.withheld:
        seen = [one.pk for one in case.radiographs.all() if one.withdrawn_at is None]
        impression = ImpressionForm(initial={"seen": seen})
        return {"reads": Reads([], []), "impression_form": impression}
    told = reads_of(case=case)
    case.standing = told.standing
    own = told.of(user)
    form = None
    if permissions.may_read(user, case) and not case.withdrawn_at:
        answer = deciding(answers)
        form = ReadForm(initial=ReadForm.start(case, answer, own), case=case, answer=answer)
    return {
        "reads": told,
        "own_read": own,
        "read_form": form,
        "impressions": impressions_of(case),
    }


def _told(user: User, case: Case) -> dict[str, object]:
    """The timeline. A question that finds nothing changed does without."""
    told = timeline(case=case)
    many = len(case.radiographs.all()) > 1
    failed = _may_be_tried_again(user, case)
    lines = entries(told, many=many, withheld=case.withheld, failed=failed)
    return {"timeline": lines, "timeline_more": told.more}


def _may_be_tried_again(user: User, case: Case) -> set[UUID]:
    """The keys of failed analyses that nothing followed, where this person may ask again."""
    if case.withdrawn_at or not permissions.may_rerun(user, case):
        return set()
    kept = [one for one in answers_of(case) if one.radiograph.withdrawn_at is None]
    return {one.failed.pk for one in kept if one.failed}


def _chosen(request: HttpRequest, answers: list[Answer]) -> Answer | None:
    wanted = request.GET.get("radiograph", "")
    for one in answers:
        if str(one.radiograph.pk) == wanted:
            return one
    return answers[0] if answers else None


def _state(case: Case, answers: list[Answer]) -> str:
    """Changes whenever the page would look different."""
    parts = [case.status, case.level, case.updated_at.isoformat()]
    for one in answers:
        for analysis in (one.analysis, one.pending):
            if analysis:
                parts += [str(analysis.pk), analysis.status, str(analysis.attempt)]
        parts.append(str(one.radiograph.withdrawn_at))
    return blake2s("|".join(parts).encode(), digest_size=8).hexdigest()


def _poll(request: HttpRequest, case: Case, shown: Answer | None, state: str) -> Poll | None:
    if case.status not in UNFINISHED:
        return None
    asked = times_asked(request)
    query: dict[str, str | int] = {"n": asked, "state": state}
    if shown:
        query["radiograph"] = str(shown.radiograph.pk)
    seconds = next((wait for until, wait in PATIENCE if asked < until), AT_MOST)
    return Poll(f"{reverse('case_status', args=[case.pk])}?{urlencode(query)}", seconds)


def _visible_repeat(user: User, shown: Answer | None) -> Case | None:
    """The earlier case that brought the same file, if this person may see that one too."""
    first = shown.radiograph.same_file_as if shown else None
    if first is None:
        return None
    sides = {first.case.submitting_organization_id, first.case.reading_organization_id}
    return first.case if user.is_operator or user.organization_id in sides else None
