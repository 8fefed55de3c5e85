"""Files that come in pieces (see `tus`), and a list of them for the page.

Only a person who may submit is answered, and only about that person's own uploads.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from cases import permissions
from cases.models import Upload
from cases.selectors.uploads import get_upload, unsent_uploads
from cases.services import resumable
from cases.services.handover import name_of
from cases.services.resumable import UploadRefused
from cases.views import tus
from cases.views.guard import found, person


@require_http_methods(["GET", "POST", "OPTIONS"])
@tus.tus
def upload_list(request: HttpRequest) -> HttpResponse:
    """GET: this person's files that no case has taken. POST: begin another."""
    user = _sender(request)
    if request.method == "OPTIONS":
        return tus.abilities()
    if request.method == "GET":
        return JsonResponse({"uploads": [_told(one) for one in unsent_uploads(user)]})
    about = tus.metadata(request.headers.get("Upload-Metadata", ""))
    upload = resumable.begin(
        owner=user,
        length=tus.number(request, "Upload-Length"),
        name=about.get("filename", ""),
        is_photograph="photograph" in about,
    )
    response = HttpResponse(status=201)
    response["Location"] = reverse("upload_one", args=[upload.pk])
    return _timed(response, upload)


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@tus.tus
def upload_one(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """HEAD: how much has arrived. PATCH: the next piece. DELETE: not wanted any more."""
    upload = found(get_upload, user=_sender(request), upload_id=upload_id)
    if request.method == "DELETE":
        resumable.forget(upload=upload)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        upload = _next_piece(request, upload)
    resumable.refuse_expired(upload)
    if request.method == "GET":
        response: HttpResponse = JsonResponse(_told(upload) | {"pieces": _pieces(upload)})
    else:
        response = HttpResponse(status=204 if request.method == "PATCH" else 200)
    response["Upload-Length"] = str(upload.length)
    response["Upload-Offset"] = str(upload.received)
    return _timed(response, upload)


def _sender(request: HttpRequest) -> User:
    user = person(request)
    if not permissions.may_submit(user):
        raise PermissionDenied
    return user


def _next_piece(request: HttpRequest, upload: Upload) -> Upload:
    if request.content_type != tus.PIECE_TYPE:
        raise UploadRefused(
            "wrong_content_type", _("Send a piece as %(type)s.") % {"type": tus.PIECE_TYPE}
        )
    start = tus.number(request, "Upload-Offset")
    announced = tus.number(request, "Content-Length")
    resumable.refuse_piece(upload, start, announced)  # before anything is read
    digest = tus.digest(request.headers.get("Upload-Checksum"))
    try:
        data = request.read(announced)
    except UnreadablePostError:
        data = b""
    if len(data) != announced:
        raise UploadRefused("piece_cut_off", _("The piece broke off: send it again."))
    return resumable.append(upload=upload, start=start, data=data, digest=digest)


def _told(upload: Upload) -> dict[str, Any]:
    return {
        "location": reverse("upload_one", args=[upload.pk]),
        "id": str(upload.pk),
        "name": name_of(upload),
        "length": upload.length,
        "received": upload.received,
        "photograph": upload.is_photograph,
        "created_at": upload.created_at.isoformat(),
        "expires_at": upload.expires_at.isoformat(),
    }


def _pieces(upload: Upload) -> list[Any]:
    """What a browser compares a file with before it goes on after a reload: many a file of another
    patient has the same name and the same length."""
    return list(upload.pieces.values("start", "length", "sha256"))


def _timed(response: HttpResponse, upload: Upload) -> HttpResponse:
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response
