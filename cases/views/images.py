"""Images. Each goes through the permission check and leaves an access record."""

from functools import lru_cache
from io import BytesIO
from pathlib import PurePath
from uuid import UUID

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from PIL import Image

from accounts.models import User
from cases.models import AccessRecord, Radiograph
from cases.models.radiograph import private_storage
from cases.selectors.radiographs import get_analysis, get_radiograph
from cases.services import trail
from cases.views.files import opened, private
from cases.views.guard import clinical, found, person

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
    return send_rendition(person(request), radiograph_id, rendition)


@clinical
@require_safe
def analysis_heatmap(request: HttpRequest, analysis_id: UUID) -> HttpResponseBase:
    """The heatmap of an analysis as a transparent PNG of the radiograph's shape."""
    return send_heatmap(person(request), analysis_id)


def send_rendition(user: User, radiograph_id: UUID, rendition: str) -> HttpResponseBase:
    """The file for this person, who is noted as having been sent it. Raises Http404."""
    if rendition not in Rendition.values or rendition == Rendition.HEATMAP:
        raise Http404
    radiograph = found(get_radiograph, user=user, radiograph_id=radiograph_id)
    kind = Rendition(rendition)
    response: HttpResponseBase
    if kind == Rendition.THUMBNAIL:
        response = HttpResponse(opened(_thumbnail, radiograph.canonical.name), "image/png")
        response["Content-Disposition"] = _disposition(radiograph, kind, ".png")
    else:
        response = _file(radiograph, kind)
    trail.record_access(user=user, radiograph=radiograph, rendition=kind)
    return private(response)


def send_heatmap(user: User, analysis_id: UUID) -> HttpResponseBase:
    """As `send_rendition`, of an analysis that may be told to this person."""
    analysis = found(get_analysis, user=user, analysis_id=analysis_id)
    if not analysis.heatmap:
        raise Http404
    file = opened(private_storage().open, analysis.heatmap.name)
    response = FileResponse(file, content_type="image/png")
    response["Content-Disposition"] = f'inline; filename="heatmap-{analysis.pk}.png"'
    trail.record_access(user=user, radiograph=analysis.radiograph, rendition=Rendition.HEATMAP)
    return private(response)


def _file(radiograph: Radiograph, rendition: AccessRecord.Rendition) -> FileResponse:
    name = getattr(radiograph, rendition.value).name
    if not name:
        raise Http404
    suffix = PurePath(name).suffix.lower()
    file: File = opened(private_storage().open, name)
    response = FileResponse(file, content_type=TYPES.get(suffix, "application/octet-stream"))
    response["Content-Disposition"] = _disposition(radiograph, rendition, suffix)
    return response


def _disposition(radiograph: Radiograph, rendition: AccessRecord.Rendition, suffix: str) -> str:
    """An original is saved, not shown: browsers run too much of what strangers send."""
    how = "attachment" if rendition == Rendition.ORIGINAL else "inline"
    return f'{how}; filename="radiograph-{radiograph.pk}-{rendition.value}{suffix}"'


@lru_cache(maxsize=256)
def _thumbnail(name: str) -> bytes:
    """A small PNG, made once per process: what a stored name holds never changes."""
    with private_storage().open(name) as file, Image.open(file) as image:
        image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), reducing_gap=2)
        buffer = BytesIO()
        image.save(buffer, "PNG")
    return buffer.getvalue()
