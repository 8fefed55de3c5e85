"""The protocol by which files come in pieces: tus 1.0.0, its headers and its refusals.

https://tus.io/protocols/resumable-upload: the core and the extensions creation, termination,
expiration and checksum. A piece that breaks off is not kept.
"""

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from cases.intake.uploads import configured_limits
from cases.services.resumable import UploadRefused

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
STATUS_OF = {
    "not_signed_in": 401,
    "upload_expired": 410,
    "wrong_offset": 409,
    "wrong_version": 412,
    "too_many_bytes": 413,
    "too_much_kept": 413,
    "piece_too_large": 413,
    "wrong_content_type": 415,
    "checksum_mismatch": 460,
}
View = Callable[..., HttpResponse]


def tus(view: View) -> View:
    """Who may submit; the protocol's headers; one shape for what is refused."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check(request)
            response = view(request, *args, **kwargs)
        except UploadRefused as refused:
            response = _refusal(refused)
        response["Tus-Resumable"] = VERSION
        if response.status_code == STATUS_OF["wrong_version"]:
            response["Tus-Version"] = VERSION
        add_never_cache_headers(response)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded


def abilities() -> HttpResponse:
    """What this server can do."""
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = "creation,termination,expiration,checksum"
    response["Tus-Max-Size"] = str(configured_limits().max_bytes)
    response["Tus-Checksum-Algorithm"] = "sha256"
    return response


def number(request: HttpRequest, name: str) -> int:
    """A header that holds a count of bytes. Raises UploadRefused."""
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise UploadRefused(
            "header_missing", _("%(name)s must say how many bytes.") % {"name": name}
        )
    return int(value)


def metadata(header: str) -> dict[str, str]:
    """`key base64,key base64,key` as a dictionary. Raises UploadRefused."""
    about = {}
    try:
        for pair in filter(None, map(str.strip, header.split(","))):
            key, _space, value = pair.partition(" ")
            about[key] = base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise UploadRefused("bad_metadata", _("Upload-Metadata cannot be read.")) from None
    return about


def digest(header: str | None) -> bytes | None:
    """The SHA-256 that the sender says the piece has. Raises UploadRefused."""
    if header is None:
        return None
    algorithm, _space, encoded = header.partition(" ")
    try:
        value = base64.b64decode(encoded, validate=True)
    except ValueError:
        value = b""
    if algorithm != "sha256" or len(value) != 32:
        raise UploadRefused("bad_checksum", _("Upload-Checksum takes sha256, in base64."))
    return value


def _check(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        raise UploadRefused("not_signed_in", _("You are signed out: sign in again."))
    if request.method not in {"GET", "OPTIONS"} and request.headers.get("Tus-Resumable") != VERSION:
        raise UploadRefused("wrong_version", _("Send the header Tus-Resumable: 1.0.0."))


def _refusal(refused: UploadRefused) -> JsonResponse:
    answer = {
        "errors": {},
        "files": [{"number": 0, "code": refused.code, "message": str(refused)}],
    }
    return JsonResponse(answer, status=STATUS_OF.get(refused.code, 400))
