"""A program cancels, asks again and withdraws."""

from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import Organization
from cases.models import Analysis, Case, CaseEvent, ModelVersion
from cases.services.status import update_case
from tests.cases.api.calling import Caller, caller, codes
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory


@pytest.fixture
def waiting(case: Case, model_version: ModelVersion) -> Analysis:
    """Queued, beside one that runs on."""
    analysis = AnalysisFactory(radiograph=RadiographFactory(case=case), model_version=model_version)
    update_case(case_id=case.pk)
    return analysis


def event(case: Case, kind: str) -> CaseEvent:
    return CaseEvent.objects.get(case=case, kind=kind)


class TestCancel:
    def test_what_waits(self, waiting: Analysis, case: Case, sending: Caller) -> None:
        response = sending.post(f"cases/{case.pk}/cancel/")
        assert (response.status_code, response.json()["status"]) == (200, "cancelled")
        waiting.refresh_from_db()
        assert waiting.status == "cancelled"
        assert str(event(case, "cancelled").actor) == "API key gateway"

    def test_nothing_waits(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        response = sending.post(f"cases/{case.pk}/cancel/")
        assert (response.status_code, codes(response)) == (409, {None: "nothing_waits"})


class TestRerun:
    def test_all_of_it(
        self, analysis: Analysis, case: Case, reading: Caller, model_version: ModelVersion
    ) -> None:
        RadiographFactory(case=case)
        response = reading.post(f"cases/{case.pk}/rerun/")
        assert response.status_code == 202
        assert response["Location"].endswith(f"/api/v1/cases/{case.pk}/")
        assert response.json()["status"] == "queued"
        assert Analysis.objects.filter(status="queued").count() == 2
        earlier = response.json()["radiographs"][0]["answer"]
        assert earlier["analysis"] == str(analysis.pk)
        assert earlier["pending"] is not None

    def test_one_radiograph(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        other = RadiographFactory(case=case)
        body = {"radiograph": str(other.pk)}
        for _n in range(2):  # what waits is not asked for twice
            assert sending.post(f"cases/{case.pk}/rerun/", body).status_code == 202
        assert Analysis.objects.get(status="queued").radiograph == other

    def test_of_another_case(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        for wanted in (RadiographFactory().pk, uuid4()):
            response = sending.post(f"cases/{case.pk}/rerun/", {"radiograph": str(wanted)})
            assert (response.status_code, codes(response)) == (
                400,
                {"radiograph": "not_of_this_case"},
            )

    def test_without_a_model(self, case: Case, sending: Caller) -> None:
        RadiographFactory(case=case)
        response = sending.post(f"cases/{case.pk}/rerun/")
        assert (response.status_code, codes(response)) == (409, {None: "no_active_model"})

    def test_what_cannot_be_assessed(
        self, case: Case, sending: Caller, model_version: ModelVersion
    ) -> None:
        RadiographFactory(case=case, not_assessable="photograph")
        response = sending.post(f"cases/{case.pk}/rerun/")
        assert (response.status_code, codes(response)) == (409, {None: "cannot_be_analysed"})

    def test_no_more_than_there_is_room_for(
        self, analysis: Analysis, case: Case, sending: Caller, settings: Settings
    ) -> None:
        settings.API_UNFINISHED_PER_ORGANIZATION = 2
        other = RadiographFactory(case=case)
        elsewhere = CaseFactory(submitting_organization=case.submitting_organization)
        AnalysisFactory(radiograph=RadiographFactory(case=elsewhere))
        response = sending.post(f"cases/{case.pk}/rerun/")
        assert (response.status_code, codes(response)) == (429, {None: "too_many_unfinished"})
        assert int(response["Retry-After"]) > 0
        assert not Analysis.objects.filter(radiograph__case=case, status="queued").exists()
        for _n in range(2):  # what waits already takes no more room
            one = sending.post(f"cases/{case.pk}/rerun/", {"radiograph": str(other.pk)})
            assert one.status_code == 202

    def test_a_case_for_which_there_will_never_be_room(
        self, analysis: Analysis, case: Case, sending: Caller, settings: Settings
    ) -> None:
        settings.API_UNFINISHED_PER_ORGANIZATION = 1
        AnalysisFactory(radiograph=RadiographFactory(case=case), succeeded=True)
        response = sending.post(f"cases/{case.pk}/rerun/")
        assert (response.status_code, codes(response)) == (422, {"radiograph": "required"})
        body = {"radiograph": str(analysis.radiograph_id)}
        assert sending.post(f"cases/{case.pk}/rerun/", body).status_code == 202


class TestWithdraw:
    def test_the_case(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        response = sending.post(f"cases/{case.pk}/withdraw/", {"reason": "Sent twice"})
        assert response.status_code == 200
        told = response.json()
        assert (told["status"], told["withdrawal_reason"]) == ("withdrawn", "Sent twice")
        assert str(event(case, "withdrawn").actor) == "API key gateway"
        for action in ("withdraw", "rerun", "cancel"):
            again = sending.post(f"cases/{case.pk}/{action}/", {"reason": "Again"})
            assert (again.status_code, codes(again)) == (409, {None: "case_withdrawn"})

    def test_one_radiograph(self, analysis: Analysis, case: Case, sending: Caller) -> None:
        other = RadiographFactory(case=case)
        body = {"reason": "Wrong side", "radiograph": str(other.pk)}
        response = sending.post(f"cases/{case.pk}/withdraw/", body)
        assert response.status_code == 200
        assert response.json()["status"] == "finished"
        assert response.json()["radiographs"][1]["withdrawn_at"] is not None
        again = sending.post(f"cases/{case.pk}/withdraw/", body)
        assert (again.status_code, codes(again)) == (400, {"radiograph": "not_of_this_case"})
        last = {"reason": "Too", "radiograph": str(analysis.radiograph_id)}
        refused = sending.post(f"cases/{case.pk}/withdraw/", last)
        assert (refused.status_code, codes(refused)) == (400, {"radiograph": "only_radiograph"})

    def test_not_by_who_reads(self, case: Case, reading: Caller) -> None:
        response = reading.post(f"cases/{case.pk}/withdraw/", {"reason": "Sent twice"})
        assert (response.status_code, codes(response)) == (403, {None: "permission_denied"})

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, {"reason": "required"}),
            ({"reason": " "}, {"reason": "blank"}),
            ({"reason": None}, {"reason": "null"}),
            ({"reason": "x" * 301}, {"reason": "max_length"}),
            ({"reason": "a\ud800"}, {"reason": "surrogate_characters_not_allowed"}),
            ({"reason": ["a"]}, {"reason": "invalid"}),
            ({"reason": "a", "why": "b"}, {"why": "unknown_field"}),
            ({"reason": "a", "radiograph": 1e999}, {None: "parse_error"}),
            ({"reason": "a", "radiograph": -1}, {"radiograph": "invalid"}),
            (["reason"], {None: "invalid"}),
            ('"reason"', {None: "invalid"}),
        ],
    )
    def test_what_is_not_as_it_should_be(
        self, case: Case, sending: Caller, body: Any, expected: dict[str | None, str]
    ) -> None:
        response = sending.post(f"cases/{case.pk}/withdraw/", body)
        assert (response.status_code, codes(response)) == (400, expected)


@pytest.mark.parametrize("action", ["cancel", "rerun", "withdraw"])
class TestEvery:
    def test_of_others_is_not_there(self, case: Case, foreign: Caller, action: str) -> None:
        response = foreign.post(f"cases/{case.pk}/{action}/", {"reason": "Mine"})
        assert (response.status_code, codes(response)) == (404, {None: "not_found"})

    def test_needs_the_scope(self, case: Case, sender: Organization, action: str) -> None:
        response = caller(sender, "read").post(f"cases/{case.pk}/{action}/")
        assert (response.status_code, codes(response)) == (403, {None: "scope_missing"})

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"{", 400, "parse_error"),
            (b'{"reason": NaN}', 400, "parse_error"),
            (b"\xff\xfe", 400, "parse_error"),
            (b"[" * 100_000 + b"]" * 100_000, 400, "parse_error"),
            (b'{"reason": ' + b"9" * 5000 + b"}", 400, "parse_error"),
            (b'{"reason": "' + b"x" * 300_000 + b'"}', 413, "body_too_large"),
        ],
    )
    def test_a_body_that_cannot_be_read(
        self, case: Case, sending: Caller, action: str, body: bytes, status: int, code: str
    ) -> None:
        response = sending.ask(
            "POST", f"cases/{case.pk}/{action}/", data=body, content_type="application/json"
        )
        assert (response.status_code, codes(response)) == (status, {None: code})

    def test_a_form_in_place_of_json(self, case: Case, sending: Caller, action: str) -> None:
        response = sending.send(f"cases/{case.pk}/{action}/", {"reason": "Sent twice"})
        assert (response.status_code, codes(response)) == (415, {None: "unsupported_media_type"})
