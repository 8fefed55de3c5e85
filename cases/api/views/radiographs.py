"""The radiographs and analyses of a case, and the images themselves."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_authentication import KeyAuthentication
from cases import permissions
from cases.api import docs
from cases.api.links import PARAMETER, SignedLink
from cases.api.problems import Problem
from cases.api.receiving import received, take
from cases.api.serializers.analyses import AnalysesSerializer, AnalysisSerializer
from cases.api.serializers.cases import CaseDetailSerializer, told_radiographs
from cases.api.serializers.radiographs import RadiographsSerializer
from cases.api.serializers.submission import FilesSerializer
from cases.api.views.base import READ, SUBMIT, ApiView
from cases.api.views.cases import taken
from cases.models import IdempotencyClaim
from cases.selectors.cases import get_case, get_case_with_answers
from cases.services.submission import add_radiographs
from cases.views.guard import found
from cases.views.images import send_heatmap, send_rendition


class RadiographsView(ApiView):
    scopes: ClassVar = {"GET": READ, "POST": SUBMIT}
    parser_classes = [MultiPartParser]

    @extend_schema(**docs.RADIOGRAPHS, responses={200: RadiographsSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        case = found(get_case_with_answers, user=self.person, case_id=case_id)
        context = {"request": request, "signed": True}
        return Response({"results": told_radiographs(case, context)})

    @extend_schema(
        **docs.ADD_RADIOGRAPHS,
        request={"multipart/form-data": FilesSerializer},
        responses={202: CaseDetailSerializer},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        case = found(get_case, user=self.person, case_id=case_id)
        organization = self.person.organization
        if organization is None or not permissions.may_add(self.person, case):
            raise PermissionDenied("Only the organizations of a case add radiographs to it.")
        if case.withdrawn_at:
            raise Problem("case_withdrawn", status=409)

        def add(claim: IdempotencyClaim | None, details: dict[str, Any]) -> UUID:
            add_radiographs(case=case, added_by=self.person, claim=claim, **details)
            return case.pk

        pk, repeated = take(
            request,
            received(request, FilesSerializer),
            organization=organization,
            counted=case.submitting_organization,
            make=add,
            about=f"radiographs of {case.pk}",
        )
        return taken(request, pk, repeated=repeated)


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
