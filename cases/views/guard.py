"""What every clinical page has in common: a person who signed in, and nothing kept on the way."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import User
from cases.models import Case
from cases.selectors.cases import get_case_with_answers

View = Callable[..., HttpResponseBase]


def clinical(view: View) -> View:
    """For people who signed in; what is foreign or unknown is not found; nothing is cached.

    A fragment asked for after the session ended reloads its page instead, which then asks to sign
    in: the sign-in page does not belong into a fragment's place.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.user.is_authenticated:
            response = view(request, *args, **kwargs)
        elif getattr(request, "htmx", False):
            response = HttpResponseClientRefresh()
        elif wants_json(request):
            response = JsonResponse({"errors": {"": [_("Sign in again.")]}}, status=401)
        else:
            response = redirect_to_login(request.get_full_path(), resolve_url("account_login"))
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, which follows no redirect to a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def person(request: HttpRequest) -> User:
    """The person who signed in."""
    return cast("User", request.user)


def found(look_up: Callable[..., Any], **wanted: Any) -> Any:
    """What a selector finds; Http404 where it finds nothing that this person may see."""
    try:
        return look_up(**wanted)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def answered_case(view: View) -> View:
    """For what tells everything of a case (the view gets it in place of its id): it leads back
    while the case is withdrawn, or has to be read first."""

    @wraps(view)
    def guarded(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
        case = found(get_case_with_answers, user=person(request), case_id=case_id)
        if case.withdrawn_at:
            return back_to_withdrawn(request, case)
        if case.withheld:
            return back_to_impression(request, case)
        return view(request, case)

    return guarded


def back_to_impression(request: HttpRequest, case: Case) -> HttpResponseRedirect:
    """From a page that holds the software's answer to the case, where it is to be read first."""
    messages.info(request, _("Say first what you see; what the software says is shown then."))
    return redirect("case_page", case_id=case.pk)


def back_to_withdrawn(request: HttpRequest, case: Case) -> HttpResponse:
    """From a page that changes a case to the case, which was withdrawn meanwhile."""
    said = _("This case was withdrawn; nothing more can be changed.")
    if wants_json(request):
        return JsonResponse({"errors": {"": [said]}}, status=409)
    messages.info(request, said)
    return redirect("case_page", case_id=case.pk)
