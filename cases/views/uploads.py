"""A new case, or a radiograph added to one: forms with files, with JavaScript and without."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from cases import permissions
from cases.forms import CaseForm, FilesForm
from cases.intake import uploads
from cases.intake.errors import IntakeError
from cases.intake.limits import MIB
from cases.models import Upload
from cases.selectors.cases import get_case
from cases.selectors.external_ids import known_numbers
from cases.selectors.uploads import uploads_in_order
from cases.services import submission
from cases.services.handover import AlreadySent
from cases.services.reception import FileRefusal, SubmissionRefused
from cases.views.guard import back_to_withdrawn, clinical, found, person, wants_json
from cases.vocabulary import View

# What a code means for the one who sent it; everything else is about the files: 422.
STATUS_OF = {"too_many_bytes": 413, "too_many_files": 413, "busy": 503}


@clinical
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest) -> HttpResponse:
    """Take a case from the form."""
    user = person(request)
    if not permissions.may_submit(user):
        raise PermissionDenied
    form = CaseForm(*((request.POST, request.FILES) if request.method == "POST" else ()), user=user)

    def submit() -> str:
        case = submission.submit_case(
            submitted_by=user,
            uploads=_uploads(user, form),
            **form.files_received(),
            **form.details(),
        )
        return reverse("case_page", args=[case.pk])

    def repeated(case_id: UUID) -> bool:
        # A form that was mended after its files had gone must not vanish in the first one's case.
        case, details = found(get_case, user=user, case_id=case_id), form.details()
        ids = details.pop("external_ids").items()
        known = {(one.kind, one.value) for one in known_numbers(user=user, case=case)}
        return all(not v or (kind, v) in known for kind, v in ids) and all(
            not v or getattr(case, name) == v for name, v in details.items()
        )

    return _take(request, "cases/new.html", form, submit, repeated)


@clinical
@require_http_methods(["GET", "HEAD", "POST"])
def case_add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add radiographs to a case."""
    user = person(request)
    case = found(get_case, user=user, case_id=case_id)
    if not permissions.may_add(user, case):
        raise PermissionDenied
    if case.withdrawn_at:
        return back_to_withdrawn(request, case)
    form = FilesForm(*((request.POST, request.FILES) if request.method == "POST" else ()))

    def add() -> str:
        submission.add_radiographs(
            case=case, added_by=user, uploads=_uploads(user, form), **form.files_received()
        )
        return reverse("case_page", args=[case.pk])

    return _take(request, "cases/add.html", form, add, lambda pk: pk == case.pk, case=case)


def _take(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    store: Callable[[], str],
    repeated: Callable[[UUID], bool],
    **context: Any,
) -> HttpResponse:
    """Show the form, or store what it holds and go on; say what is wrong, file by file. `repeated`
    says whether a case that took the files already is the one that this form asks for."""
    refusals: Sequence[FileRefusal] = ()
    status = 200
    if request.method == "POST":
        refused = uploads.refusal(request)
        if refused is not None:
            form.is_valid()
            # The files were not read to their end: that one is missing is no news.
            form.errors.pop("radiographs", None)
            refusals = [FileRefusal(0, "", refused.code, refused.message)]
        elif form.is_valid():
            try:
                return _stored(request, store())
            except AlreadySent as sent:
                if repeated(sent.case_id):
                    return _stored(request, reverse("case_page", args=[sent.case_id]))
                gone = IntakeError("upload_gone")
                refusals = [FileRefusal(0, "", gone.code, gone.message)]
            except SubmissionRefused as error:
                refusals = error.refusals
            except ValidationError as error:
                form.add_error(None, error)
        status = STATUS_OF.get(refusals[0].code, 422) if refusals else 422
    if wants_json(request) and status != 200:
        return JsonResponse(_problems(form, refusals), status=status)
    bounds = uploads.configured_limits()
    context |= {
        "form": form,
        "refusals": refusals,
        "limits": bounds,
        "max_mib": bounds.max_bytes // MIB,
        "views": View.choices,
    }
    return render(request, template, context, status=status)


def _uploads(user: User, form: FilesForm) -> list[Upload]:
    """The rows of the files that came in pieces. Raises SubmissionRefused for what is not there."""
    found = uploads_in_order(user, form.cleaned_data["uploads"])
    gone = IntakeError("upload_gone")
    missing = [number for number, upload in enumerate(found, start=1) if upload is None]
    if missing:
        raise SubmissionRefused([FileRefusal(n, "", gone.code, gone.message) for n in missing])
    return [upload for upload in found if upload]


def _stored(request: HttpRequest, address: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"location": address}, status=201)
    return redirect(address)


def _problems(form: forms.Form, refusals: Sequence[FileRefusal]) -> dict[str, Any]:
    return {
        "errors": {name: [str(e) for e in errors] for name, errors in form.errors.items()},
        "files": [
            {"number": one.number, "code": one.code, "message": one.message} for one in refusals
        ],
    }
