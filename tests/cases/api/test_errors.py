"""One shape of errors, whatever goes wrong and wherever."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from rest_framework import serializers

import cases.api.serializers.reads
import cases.api.serializers.submission
import cases.api.views.actions
from cases.api import filters
from cases.api.codes import CODES
from cases.models import Case
from cases.services.reception import SubmissionRefused
from tests.cases.api.calling import Caller, codes
from tests.cases.files import upload


def test_an_address_without_its_slash_says_so(sending: Caller) -> None:
    for method, path in (("POST", "/api/v1/cases"), ("GET", f"/api/v1/cases/{uuid4()}")):
        (error,) = sending.ask(method, path).json()["errors"]
        assert (error["code"], error["detail"]) == (
            "not_found",
            f"The address ends with a slash: {path}/",
        )


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/cases/", "cases", "nothing/", "models/a%0Ab/"]
)
@pytest.mark.django_db
def test_an_address_that_is_not_there(path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        response = Caller().ask(method, path)
        assert (response.status_code, codes(response)) == (404, {None: "not_found"})


def test_a_case_id_that_is_none(sending: Caller) -> None:
    assert sending.get("cases/17/").status_code == 404


def test_a_method_that_is_not_there(sending: Caller) -> None:
    response = sending.ask("DELETE", "cases/")
    assert (response.status_code, codes(response)) == (405, {None: "method_not_allowed"})


def test_a_form_that_is_not_offered(sending: Caller) -> None:
    response = sending.get("cases/", Accept="text/html")
    assert (response.status_code, codes(response)) == (406, {None: "not_acceptable"})


def test_a_mistake_of_ours(sending: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.api.views.cases.cases_page", _break(KeyError("patient ISL-0417")))
    response = sending.get("cases/")
    assert (response.status_code, codes(response)) == (500, {None: "error"})
    assert "ISL-0417" not in response.content.decode()


def test_a_database_that_does_not_answer(sending: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.api.views.cases.cases_page", _break(OperationalError("locked")))
    response = sending.get("cases/")
    assert (response.status_code, codes(response)) == (503, {None: "unavailable"})
    assert int(response["Retry-After"]) > 0


@pytest.mark.usefixtures("storage")
def test_other_uploads_that_keep_everybody_busy(
    sending: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "cases.services.submission.submit_case", _break(SubmissionRefused.whole("busy"))
    )
    sent = {"patient_reference": "P-1", "radiographs": [upload()]}
    response = sending.send("cases/", sent)
    assert (response.status_code, codes(response)) == (503, {None: "busy"})
    assert int(response["Retry-After"]) > 0


@pytest.mark.django_db
def test_what_breaks_before_any_view() -> None:
    response = Client(raise_request_exception=False).get(
        "/api/v1/cases/", headers={"Host": "elsewhere.example"}
    )
    assert response.status_code == 400
    said = response.json()
    assert said["errors"][0]["code"] == "bad_request"
    assert set(said) == {"type", "request_id", "errors"}


def _break(error: Exception) -> Any:
    def broken(**_given: Any) -> None:
        raise error

    return broken


class TestCodes:
    """Every code that can be raised has its sentence."""

    def test_of_our_own(self) -> None:
        folder = Path(settings.BASE_DIR) / "cases" / "api"
        text = "\n".join(path.read_text() for path in folder.rglob("*.py"))
        text += (Path(settings.BASE_DIR) / "accounts" / "api_authentication.py").read_text()
        named = set(re.findall(r'(?:Problem|wrong)\(\s*"([a-z_]+)"', text))
        named |= set(re.findall(r'field_error\(\s*"[a-z_.]+",\s*"([a-z_]+)"', text))
        named |= set(re.findall(r'AuthenticationFailed\([^)]*"([a-z_]+)"\)', text))
        assert len(named) > 25
        assert named <= set(CODES)

    def test_of_the_fields(self) -> None:
        known = {code for field in _fields() for code in field.error_messages}
        assert known - set(CODES) == set()

    def test_of_the_filters(self) -> None:
        form = filters.CaseFilterSet(queryset=Case.objects.none()).form
        known = {code for field in form.fields.values() for code in field.error_messages}
        assert known - set(CODES) == set()

    def test_each_is_a_code_and_has_a_sentence(self) -> None:
        for code, sentence in CODES.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]*", code)
            assert sentence[0].isupper()
            assert sentence.endswith(".")


def _fields() -> Iterator[serializers.Field]:
    for form in (
        cases.api.serializers.submission.CaseSubmissionSerializer,
        cases.api.serializers.reads.ReadSubmissionSerializer,
        cases.api.serializers.reads.PlaceSerializer,
        cases.api.views.actions.RerunSerializer,
        cases.api.views.actions.WithdrawSerializer,
    ):
        for field in form().fields.values():
            yield field
            if isinstance(field, serializers.ListField) and field.child is not None:
                yield field.child


def test_the_pages_keep_their_own_errors(client: Client, db: None) -> None:
    assert client.get("/nothing/").headers["Content-Type"].startswith("text/html")
    with pytest.raises(json.JSONDecodeError):
        json.loads(client.get("/nothing/").content)
