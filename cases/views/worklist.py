"""The worklist: what a clinician should read next. It is the home page of those who read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases import permissions
from cases.answers import demonstration_note
from cases.selectors.attention import count_to_look_at
from cases.selectors.model_versions import active_model_version
from cases.selectors.worklist import DEFAULT_SORT, SORTS, state_of, worklist
from cases.views.guard import clinical, person
from cases.views.history import case_list
from cases.views.polling import Poll, times_asked
from cases.vocabulary import BodyRegion

EACH, MOST = 25, 400
TITLES: dict[str, Any] = {
    "urgent": _("Urgent, says the sender"),
    "overdue": _("Overdue"),
    "fracture": _("Fracture suspected"),
    "inconclusive": _("Uncertain"),
    "incomplete": _("Incomplete or not assessed"),
    "waiting": _("Waiting for analysis"),
    "no_fracture_found": _("No fracture found by the software"),
    "unread": _("To be read"),
}
SORT_TITLES: dict[str, Any] = {
    "oldest": _("Oldest first"),
    "newest": _("Newest first"),
    "deadline": _("By deadline"),
    "reference": _("By patient reference"),
}
# Seconds until the page asks again, by how often it has; then it says that it stopped.
PATIENCE = ((120, 5), (480, 15))


@clinical
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this person came for: the worklist of who reads, the list of everybody else."""
    page = _page if permissions.works_from_worklist(person(request)) else case_list
    return page(request)  # type: ignore[return-value]


@clinical
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The worklist at an address of its own."""
    return _page(request)


@clinical
@require_safe
def work_state(request: HttpRequest) -> HttpResponse:
    """Whether anything changed since the page was made. The list itself stays as it is: nothing
    jumps under a finger."""
    user, seen = person(request), request.GET.get("state", "")
    changed = state_of(user=user, now=timezone.now()) != seen
    context = {"changed": changed, "poll": None if changed else _poll(request, seen)}
    return render(request, "cases/_worklist_poll.html", context)


def _page(request: HttpRequest) -> HttpResponse:
    user = person(request)
    region = request.GET.get("region", "")
    region = region if region in BodyRegion.values else ""
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else DEFAULT_SORT
    number = request.GET.get("each", "")
    each = min(MOST, max(1, int(number))) if number.isdecimal() and len(number) < 6 else EACH
    now = timezone.now()
    found = worklist(user=user, now=now, region=region, sort=sort, each=each)
    model = active_model_version()
    context = {
        "worklist": found,
        "titles": TITLES,
        "regions": BodyRegion.choices,
        "region": region,
        "sorts": SORT_TITLES.items(),
        "sort": sort,
        "more": _more(region, sort, each),
        "poll": _poll(request, found.state),
        "to_look_at": count_to_look_at(user=user),
        "demonstration_note": demonstration_note(model) if model else "",
        "may_submit": permissions.may_submit(user),
        "now": now,
    }
    return render(request, "cases/worklist.html", context)


def _more(region: str, sort: str, each: int) -> str:
    query: dict[str, str | int] = {"region": region, "each": min(MOST, 4 * each)}
    if sort != DEFAULT_SORT:
        query["sort"] = sort
    return urlencode(query) if each < MOST else ""


def _poll(request: HttpRequest, state: str) -> Poll | None:
    asked = times_asked(request)
    seconds = next((wait for until, wait in PATIENCE if asked < until), None)
    if seconds is None:
        return None
    query: dict[str, str | int] = {"n": asked, "state": state}
    return Poll(f"{reverse('work_state')}?{urlencode(query)}", seconds)
