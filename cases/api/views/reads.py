"""What clinicians concluded of a case."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from cases import permissions
from cases.api import docs
from cases.api.permissions import may_look
from cases.api.problems import Problem, field_error
from cases.api.serializers.reads import (
    ReadSerializer,
    ReadsSerializer,
    ReadSubmissionSerializer,
)
from cases.api.views.base import READ, SUBMIT, ApiView
from cases.models import Analysis, Case
from cases.selectors.cases import get_case, get_case_with_answers
from cases.selectors.reads import analysis_of, clinician_of, radiograph_of, reads_of
from cases.services import reads
from cases.views.guard import found


class ReadsView(ApiView):
    scopes: ClassVar = {"GET": READ, "POST": SUBMIT}

    @extend_schema(**docs.READS, responses={200: ReadsSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        case = found(get_case_with_answers, user=self.person, case_id=case_id)
        told = reads_of(case=case)
        rows = [] if case.withheld else [*told.standing, *told.amended]
        rows.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
        shown = ReadSerializer(rows, many=True).data
        return Response({"withheld": case.withheld, "results": shown})

    @extend_schema(
        **docs.RECORD_READ, request=ReadSubmissionSerializer, responses={201: ReadSerializer}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        case = found(get_case, user=self.person, case_id=case_id)
        self._may(case)
        form = ReadSubmissionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent = dict(form.validated_data)
        if not may_look(request) and (sent["analysis"] or sent["agreement"]):
            # What is refused of it would tell the answer.
            said = "To say something of the software's answer the key needs the scope read."
            raise Problem("scope_missing", status=403, detail=said)
        reader = self._reader(sent.pop("reader_email", None))
        sent["analysis"] = _analysis(case, sent["analysis"])
        sent["mark"] = _mark(case, sent["mark"])
        by = self.person if self.key else None
        try:
            read = reads.record_read(case=case, reader=reader, sent_by=by, **sent)
        except reads.CannotBeRead as error:
            raise Problem("cannot_be_read", status=409, detail=str(error)) from None
        told = dict(ReadSerializer(read).data)
        if not may_look(request):  # what follows from the answer would tell it
            told["agreement"] = sent["agreement"]
        return Response(told, status=201)

    def _may(self, case: Case) -> None:
        if self.key is None:
            if not permissions.may_read(self.person, case):
                raise PermissionDenied("Only clinicians of the reading organization read a case.")
        elif case.reading_organization_id != self.person.organization_id:
            raise Problem("not_reading", status=403)

    def _reader(self, email: str | None) -> User:
        """The person who signed in, or whom the key names."""
        if self.key is None:
            if email is not None:
                raise field_error("reader_email", "reader_unwanted")
            return self.person
        if email is None:
            raise field_error("reader_email", "reader_wanted")
        reader = clinician_of(self.key.organization, email)
        if reader is None:
            raise field_error("reader_email", "reader_unknown")
        return reader


def _analysis(case: Case, wanted: UUID | None) -> Analysis | None:
    if wanted is None:
        return None
    analysis = analysis_of(case=case, analysis_id=wanted)
    if analysis is None:
        raise field_error("analysis", "not_of_this_case")
    return analysis


def _mark(case: Case, place: dict[str, Any] | None) -> reads.Mark | None:
    if place is None:
        return None
    radiograph = radiograph_of(case=case, radiograph_id=place["radiograph"])
    if radiograph is None:
        raise field_error("mark.radiograph", "not_of_this_case")
    return reads.Mark(radiograph, place["x"], place["y"])
