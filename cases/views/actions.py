"""What people do with a case that is there: ask again, correct, withdraw."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cases import permissions
from cases.forms import CorrectionForm, WithdrawForm
from cases.models import Case, Radiograph
from cases.selectors.cases import get_case
from cases.services import analyses, corrections
from cases.services.rerunning import NotOfThisCase, rerun_case
from cases.views.guard import back_to_withdrawn, clinical, found, person


@clinical
@require_POST
def case_rerun(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask the active model again: about one radiograph, or all that can be assessed."""
    user = person(request)
    case = found(get_case, user=user, case_id=case_id)
    if not permissions.may_rerun(user, case):
        raise PermissionDenied
    if case.withdrawn_at:
        return back_to_withdrawn(request, case)
    try:
        asked = rerun_case(case=case, actor=user, radiograph_id=_named_id(request))
    except (analyses.NoActiveModel, analyses.CannotBeAnalysed) as error:
        messages.error(request, str(error))
    except NotOfThisCase:
        messages.info(request, _("This radiograph is withdrawn already; nothing was changed."))
    else:
        n = len(asked)
        said = ngettext("%(n)d analysis was asked for.", "%(n)d analyses were asked for.", n)
        messages.success(request, said % {"n": n})
    return redirect("case_page", case_id=case.pk)


@clinical
@require_http_methods(["GET", "HEAD", "POST"])
def case_correct(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Correct the details; old and new values go to the timeline."""
    user = person(request)
    case = found(get_case, user=user, case_id=case_id)
    if not permissions.may_correct(user, case):
        raise PermissionDenied
    if case.withdrawn_at:
        return back_to_withdrawn(request, case)
    form = CorrectionForm(request.POST or None, initial=CorrectionForm.current(case))
    if request.method == "POST" and form.is_valid():
        changed = corrections.correct_case(case=case, actor=user, **form.corrections())
        said = _("The details were corrected.") if changed else _("Nothing was changed.")
        messages.success(request, said)
        return redirect("case_page", case_id=case.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/correct.html", {"form": form, "case": case}, status=status)


@clinical
@require_http_methods(["GET", "HEAD", "POST"])
def case_withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Withdraw a case, or the one radiograph of it that `radiograph` names.

    Who named a radiograph never meant the case: one that is gone already (sent twice, an old
    page) takes nothing else with it.
    """
    user = person(request)
    case = found(get_case, user=user, case_id=case_id)
    if not permissions.may_withdraw(user, case):
        raise PermissionDenied
    if case.withdrawn_at:
        return back_to_withdrawn(request, case)
    kept = _kept(case)
    radiograph = next((one for one in kept if _is_named(request, one)), None)
    if radiograph is None and _named(request):
        messages.info(request, _("This radiograph is withdrawn already; nothing was changed."))
        return redirect("case_page", case_id=case.pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _withdraw(request, case, radiograph, form.cleaned_data["reason"])
        except corrections.CannotBeWithdrawn as error:
            form.add_error(None, str(error))
        else:
            return redirect("case_page", case_id=case.pk)
    context = {"form": form, "case": case, "kept": kept, "radiograph": radiograph}
    status = 422 if request.method == "POST" else 200
    return render(request, "cases/withdraw.html", context, status=status)


def _withdraw(request: HttpRequest, case: Case, radiograph: Radiograph | None, reason: str) -> None:
    user = person(request)
    if radiograph is None:
        corrections.withdraw_case(case=case, actor=user, reason=reason)
        messages.success(request, _("The case was withdrawn."))
    elif corrections.withdraw_radiograph(radiograph=radiograph, actor=user, reason=reason):
        messages.success(request, _("The radiograph was withdrawn."))
    else:
        messages.info(request, _("This radiograph is withdrawn already; nothing was changed."))


def _kept(case: Case) -> list[Radiograph]:
    return list(case.radiographs.filter(withdrawn_at__isnull=True).order_by("position"))


def _named(request: HttpRequest) -> str:
    return request.POST.get("radiograph", request.GET.get("radiograph", ""))


def _is_named(request: HttpRequest, radiograph: Radiograph) -> bool:
    return _named(request) == str(radiograph.pk)


def _named_id(request: HttpRequest) -> UUID | None:
    """Raises NotOfThisCase for what is no id at all: it names none of the case either."""
    try:
        return UUID(_named(request)) if _named(request) else None
    except ValueError:
        raise NotOfThisCase from None
