"""The radiographs and analyses of a case, and the images themselves."""

from typing import Any, ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_authentication import KeyAuthentication
from cases.api import docs
from cases.api.links import PARAMETER, SignedLink
from cases.api.serializers.analyses import AnalysesSerializer, AnalysisSerializer
from cases.api.serializers.cases import told_radiographs
from cases.api.serializers.radiographs import RadiographsSerializer
from cases.api.views.base import READ, ApiView
from cases.selectors.cases import get_case_with_answers
from cases.views.guard import found
from cases.views.images import send_heatmap, send_rendition


class RadiographsView(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(**docs.RADIOGRAPHS, responses={200: RadiographsSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        case = found(get_case_with_answers, user=self.person, case_id=case_id)
        context = {"request": request, "signed": True}
        return Response({"results": told_radiographs(case, context)})


class AnalysesView(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(**docs.ANALYSES, responses={200: AnalysesSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        case = found(get_case_with_answers, user=self.person, case_id=case_id)
        rows = [
            analysis
            for radiograph in case.radiographs.all()
            if radiograph.withdrawn_at is None
            for analysis in radiograph.clinical
        ]
        rows.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
        told = AnalysisSerializer(rows, many=True, context={"request": request}).data
        return Response({"withheld": case.withheld, "results": told})


class ImageFile(ApiView):
    """A picture, whatever the request says that it accepts. A signed link is as good as a key."""

    scopes: ClassVar = {"GET": READ}
    parameters = frozenset({PARAMETER})
    authentication_classes = [KeyAuthentication, SignedLink, SessionAuthentication]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    def handed_out(self, response: HttpResponseBase) -> HttpResponseBase:
        """A link may stand in another site's page, which is what it is for."""
        if isinstance(self.request.auth, SignedLink):
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


class ImageView(ImageFile):
    @extend_schema(**docs.IMAGE, responses={(200, "image/*"): docs.BINARY})
    def get(self, request: Request, radiograph_id: UUID, rendition: str) -> HttpResponseBase:
        return self.handed_out(send_rendition(self.person, radiograph_id, rendition))


class HeatmapView(ImageFile):
    @extend_schema(**docs.HEATMAP, responses={(200, "image/png"): docs.BINARY})
    def get(self, request: Request, analysis_id: UUID) -> HttpResponseBase:
        return self.handed_out(send_heatmap(self.person, analysis_id))
