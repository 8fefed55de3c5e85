"""Cases: submit one, look through them, follow one."""

import json
from hashlib import blake2s
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.http import parse_etags, quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cases import permissions
from cases.api import docs, filters, pagination
from cases.api.permissions import may_look
from cases.api.problems import field_error
from cases.api.receiving import received, take
from cases.api.serializers.cases import (
    CaseDetailSerializer,
    CasePageSerializer,
    CaseSerializer,
    case_address,
)
from cases.api.serializers.submission import IDS, CaseSubmissionSerializer
from cases.api.views.base import READ, SUBMIT, ApiView
from cases.models import Case, IdempotencyClaim
from cases.selectors.cases import cases_page, get_case_with_answers
from cases.services import submission
from cases.views.guard import found
from cases.vocabulary import CaseStatus, Source

UNFINISHED = {CaseStatus.QUEUED, CaseStatus.RUNNING}
ASK_AGAIN_SECONDS = 2


class CasesView(ApiView):
    scopes: ClassVar = {"GET": READ, "POST": SUBMIT}
    parser_classes = [MultiPartParser]

    @property
    def parameters(self) -> frozenset[str]:  # type: ignore[override]  # of the list alone
        posting = self.request.method == "POST"
        return frozenset() if posting else filters.PARAMETERS | pagination.PARAMETERS

    @extend_schema(**docs.LIST_CASES, responses={200: CasePageSerializer})
    def get(self, request: Request) -> Response:
        asked = filters.filters_of(request)
        size, cursor = pagination.size_of(request), pagination.cursor_of(request)
        with pagination.no_bad_cursor():
            page = cases_page(user=self.person, filters=asked, cursor=cursor, size=size)
        shown = CaseSerializer(page.cases, many=True, context={"request": request}).data
        return pagination.page(request, page.next_cursor, shown)

    @extend_schema(
        **docs.SUBMIT_CASE,
        request={"multipart/form-data": CaseSubmissionSerializer},
        responses={202: CaseDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        organization = self.person.organization
        if organization is None or not permissions.may_submit(self.person):
            raise PermissionDenied("Only members of an active organization submit cases.")
        sent = received(request, CaseSubmissionSerializer)
        pk, repeated = take(
            request, sent, organization=organization, counted=organization, make=self._submit
        )
        return taken(request, pk, repeated=repeated)

    def _submit(self, claim: IdempotencyClaim | None, details: dict[str, Any]) -> UUID:
        ids = {kind: details.pop(kind) for kind in IDS}
        deadline = details["reading_deadline"]
        if deadline is not None and deadline <= timezone.now():
            raise field_error("reading_deadline", "passed")
        case = submission.submit_case(
            submitted_by=self.person,
            external_ids=ids,
            source=Source.API,
            claim=claim,
            **details,
        )
        return case.pk


class CaseView(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(**docs.GET_CASE, responses={200: CaseDetailSerializer, 304: docs.NOT_MODIFIED})
    def get(self, request: Request, case_id: UUID) -> Response:
        return case_response(request, asked_case(request, case_id))


def asked_case(request: Request, case_id: UUID) -> Case:
    """With its answers, or as a receipt for a key that may not look. Raises Http404."""
    user: User = request.user  # type: ignore[assignment]  # permitted by now
    return found(get_case_with_answers, user=user, case_id=case_id, told=may_look(request))


def case_response(request: Request, case: Case) -> Response:
    """The case, or only that it is as it was: the tag is made of the very answer, so that nothing
    that is withheld can change it."""
    told = CaseDetailSerializer(case, context={"request": request}).data
    text = json.dumps(told, sort_keys=True, default=str)
    tag = quote_etag(blake2s(text.encode(), digest_size=16).hexdigest())
    headers = {"ETag": tag}
    if case.status in UNFINISHED:
        headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    known = [
        one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))
    ]
    if request.method in {"GET", "HEAD"} and (tag in known or known == ["*"]):
        return Response(status=304, headers=headers)
    return Response(told, headers=headers)


def taken(request: Request, case_id: UUID, *, repeated: bool) -> Response:
    """It is stored, and may be asked for at its address."""
    case = asked_case(request, case_id)
    told = CaseDetailSerializer(case, context={"request": request}).data
    address = request.build_absolute_uri(case_address(case))
    headers = {"Location": address, "Retry-After": str(ASK_AGAIN_SECONDS)}
    if repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(told, status=202, headers=headers)
