"""Images. Each goes through the permission check and leaves an access record."""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import PurePath
from typing import TypeVar
from uuid import UUID

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from PIL import Image

from cases.models import AccessRecord, Radiograph
from cases.models.radiograph import private_storage
from cases.selectors.radiographs import get_analysis, get_radiograph
from cases.services import trail
from cases.views.guard import clinical, found, person

T = TypeVar("T")
Rendition = AccessRecord.Rendition
THUMBNAIL_SIDE = 192
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".bmp": "image/bmp",
    ".dcm": "application/dicom",
}


@clinical
@require_safe
def radiograph_image(request: HttpRequest, radiograph_id: UUID, rendition: str) -> HttpResponseBase:
    """One rendition of a radiograph: original (a download), canonical, deep or thumbnail."""
    if rendition not in Rendition.values or rendition == Rendition.HEATMAP:
        raise Http404
    user = person(request)
    radiograph = found(get_radiograph, user=user, radiograph_id=radiograph_id)
    kind = Rendition(rendition)
    response: HttpResponseBase
    if kind == Rendition.THUMBNAIL:
        response = HttpResponse(_opened(_thumbnail, radiograph.canonical.name), "image/png")
        response["Content-Disposition"] = _disposition(radiograph, kind, ".png")
    else:
        response = _file(radiograph, kind)
    trail.record_access(user=user, radiograph=radiograph, rendition=kind)
    return _private(response)


@clinical
@require_safe
def analysis_heatmap(request: HttpRequest, analysis_id: UUID) -> HttpResponseBase:
    """The heatmap of an analysis as a transparent PNG of the radiograph's shape."""
    user = person(request)
    analysis = found(get_analysis, user=user, analysis_id=analysis_id)
    if not analysis.heatmap:
        raise Http404
    file = _opened(private_storage().open, analysis.heatmap.name)
    response = FileResponse(file, content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="heatmap-{analysis.pk}.png"'
    trail.record_access(user=user, radiograph=analysis.radiograph, rendition=Rendition.HEATMAP)
    return _private(response)


def _file(radiograph: Radiograph, rendition: AccessRecord.Rendition) -> FileResponse:
    name = getattr(radiograph, rendition.value).name
    if not name:
        raise Http404
    suffix = PurePath(name).suffix.lower()
    file: File = _opened(private_storage().open, name)
    response = FileResponse(file, content_type=TYPES.get(suffix, "application/octet-stream"))
    response["Content-Disposition"] = _disposition(radiograph, rendition, suffix)
    return response


def _opened(read: Callable[[str], T], name: str) -> T:
    """Not found, rather than an error of ours, where retention has removed the file."""
    try:
        return read(name)
    except FileNotFoundError as error:
        raise Http404 from error


def _disposition(radiograph: Radiograph, rendition: AccessRecord.Rendition, suffix: str) -> str:
    """An original is saved, not shown: browsers run too much of what strangers send."""
    how = "attachment" if rendition == Rendition.ORIGINAL else "inline"
    return f'{how}; filename="radiograph-{radiograph.pk}-{rendition.value}{suffix}"'


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@lru_cache(maxsize=256)
def _thumbnail(name: str) -> bytes:
    """A small PNG, made once per process: what a stored name holds never changes."""
    with private_storage().open(name) as file, Image.open(file) as image:
        image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), reducing_gap=2)
        buffer = BytesIO()
        image.save(buffer, "PNG")
    return buffer.getvalue()
