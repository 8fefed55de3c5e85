"""What makes the site one that can be installed: a manifest, a service worker, an offline page.

The service worker keeps the offline page and what it is drawn with, named here, and nothing else.
"""

import json
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SHEETS = ("tokens", "base", "controls", "components")
SHELL = (*(f"css/{name}.css" for name in SHEETS), "js/offline.js", "icons/favicon.svg")


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """https://www.w3.org/TR/appmanifest/"""
    icons = [("192", "any"), ("512", "any"), ("512", "maskable")]
    found = {
        "id": "/",
        "name": _("Fracture platform"),
        "short_name": _("Fractures"),
        "description": _("Radiographs in, suspected fractures out, for the clinician who decides."),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f8",
        "theme_color": "#0b5b80",
        "icons": [
            {
                "src": static(f"icons/{'maskable' if purpose == 'maskable' else 'app'}-{side}.png"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for side, purpose in icons
        ],
        "shortcuts": [{"name": _("New case"), "url": "/cases/new/"}],
    }
    return JsonResponse(found, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """From the root, because it speaks for the whole site; new whenever the offline page is."""
    page = reverse("offline")
    files = [static(name) for name in SHELL]
    drawn = "".join([render_to_string("offline.html"), *files]).encode()
    shell = {"version": sha256(drawn).hexdigest()[:12], "page": page, "files": files}
    script = (
        f"self.SHELL = {json.dumps(shell)};\n"
        f"importScripts({json.dumps(static('js/service_worker.js'))});\n"
    )
    return HttpResponse(script, content_type="text/javascript")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """The same for everybody: it knows neither person nor case."""
    return render(request, "offline.html")


urlpatterns = [
    path("manifest.webmanifest", manifest, name="manifest"),
    path("service-worker.js", service_worker, name="service_worker"),
    path("offline/", offline, name="offline"),
]
