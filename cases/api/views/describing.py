"""The schema of the API, and the page that shows it; open to everybody, like the code."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularJSONAPIView):
    """OpenAPI 3.1 as JSON, whatever the request says that it accepts."""

    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


# Its scripts set the styles of what they draw; scripts themselves come from our own files alone.
@method_decorator(never_cache, name="dispatch")
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    url_name = "api_schema"
    template_name = "api/docs.html"
