"""The schema of the API, and the page that shows it; open to everybody, like the code."""

from functools import cache
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request


class SchemaView(SpectacularJSONAPIView):
    """OpenAPI 3.1 as JSON, whatever the request says that it accepts."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(schema_text(), OpenApiJsonRenderer.media_type)


@cache
def schema_text() -> bytes:
    """Made once in each process, as it says the same to everybody: in English, as it is kept."""
    with override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)
    return bytes(OpenApiJsonRenderer().render(schema, renderer_context={}))


# Its scripts set the styles of what they draw; scripts themselves come from our own files alone.
@method_decorator(never_cache, name="dispatch")
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    url_name = "api_schema"
    template_name = "api/docs.html"

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The page opens no other site's windows, for which its library would leave a door."""
        done = super().finalize_response(request, response, *args, **kwargs)
        done["Cross-Origin-Opener-Policy"] = "same-origin"
        return done
