"""What is done with a case that is there: cancel what waits, ask again, withdraw."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from cases import permissions
from cases.api import docs
from cases.api.problems import Problem, Unprocessable, field_error, no_room, wrong
from cases.api.serializers.cases import CaseDetailSerializer, case_address
from cases.api.serializers.common import EmptySerializer, StrictSerializer
from cases.api.views.base import SUBMIT, ApiView
from cases.api.views.cases import ASK_AGAIN_SECONDS, asked_case, case_response
from cases.forms import printable
from cases.models import Case, Radiograph
from cases.selectors.cases import get_case
from cases.services import analyses, corrections
from cases.services.rerunning import NotOfThisCase, rerun_case
from cases.services.room import NeverRoom, NoRoom
from cases.views.guard import found


class RerunSerializer(StrictSerializer):
    """Which radiograph is meant; without it all that can be assessed."""

    radiograph = serializers.UUIDField(required=False)


class WithdrawSerializer(StrictSerializer):
    """Why, for example: wrong patient, sent twice. One radiograph of several may be named."""

    reason = serializers.CharField(max_length=300, validators=[printable])
    radiograph = serializers.UUIDField(required=False)


class CaseAction(ApiView):
    scopes: ClassVar = {"POST": SUBMIT}

    def live_case(self, case_id: UUID) -> Case:
        """A case that is not withdrawn."""
        case: Case = found(get_case, user=self.person, case_id=case_id)
        if case.withdrawn_at:
            raise Problem("case_withdrawn", status=409)
        return case

    def now(self, case_id: UUID) -> Response:
        """The case as it stands after what was done."""
        return case_response(self.request, asked_case(self.request, case_id))


class CancelView(CaseAction):
    @extend_schema(**docs.CANCEL, request=EmptySerializer, responses={200: CaseDetailSerializer})
    def post(self, request: Request, case_id: UUID) -> Response:
        case = self.live_case(case_id)
        if not permissions.may_cancel(self.person, case):
            raise PermissionDenied
        self.sent()
        if not analyses.cancel_waiting(case=case, actor=self.person):
            raise Problem("nothing_waits", status=409)
        return self.now(case.pk)


class RerunView(CaseAction):
    takes = RerunSerializer

    @extend_schema(**docs.RERUN, request=RerunSerializer, responses={202: CaseDetailSerializer})
    def post(self, request: Request, case_id: UUID) -> Response:
        case = self.live_case(case_id)
        if not permissions.may_rerun(self.person, case):
            raise PermissionDenied
        self._ask_again(case, self.sent().get("radiograph"))
        response = self.now(case.pk)
        response.status_code = 202
        response["Location"] = request.build_absolute_uri(case_address(case))
        response["Retry-After"] = str(ASK_AGAIN_SECONDS)
        return response

    def _ask_again(self, case: Case, radiograph_id: UUID | None) -> None:
        most = settings.API_UNFINISHED_PER_ORGANIZATION
        try:
            rerun_case(
                case=case, actor=self.person, radiograph_id=radiograph_id, most_unfinished=most
            )
        except NotOfThisCase:
            raise field_error("radiograph", "not_of_this_case") from None
        except analyses.NoActiveModel:
            raise Problem("no_active_model", status=409) from None
        except analyses.CannotBeAnalysed as error:
            raise Problem("cannot_be_analysed", status=409, detail=str(error)) from None
        except NoRoom:
            raise no_room() from None
        except NeverRoom:
            said = f"The case has more than the {most} that may be unfinished: name one at a time."
            raise Unprocessable({"radiograph": [wrong("required", said)]}) from None


class WithdrawView(CaseAction):
    takes = WithdrawSerializer

    @extend_schema(
        **docs.WITHDRAW, request=WithdrawSerializer, responses={200: CaseDetailSerializer}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        case = self.live_case(case_id)
        if not permissions.may_withdraw(self.person, case):
            raise PermissionDenied("Only the submitting organization withdraws a case.")
        sent = self.sent()
        wanted = sent.get("radiograph")
        try:
            if wanted is None:
                corrections.withdraw_case(case=case, actor=self.person, reason=sent["reason"])
            else:
                radiograph = _meant(case, wanted)
                corrections.withdraw_radiograph(
                    radiograph=radiograph, actor=self.person, reason=sent["reason"]
                )
        except corrections.CannotBeWithdrawn as error:
            raise field_error("radiograph", "only_radiograph", str(error)) from None
        return self.now(case.pk)


def _meant(case: Case, wanted: UUID) -> Radiograph:
    named = case.radiographs.filter(withdrawn_at__isnull=True, pk=wanted).first()
    if named is None:
        raise field_error("radiograph", "not_of_this_case")
    return named
