"""What errors say to people: the sentence of the guide's table, or something more exact."""

from typing import Any

import pytest

from cases.api.codes import CODES
from cases.models import Case
from cases.vocabulary import BodyRegion, CaseStatus, View, WebhookEventType
from tests.cases.api.calling import Caller
from tests.cases.api.hooks import NEW
from tests.cases.files import upload

pytestmark = pytest.mark.usefixtures("storage")


def said(response: Any) -> dict[str, str]:
    """The sentences by code."""
    return {error["code"]: error["detail"] for error in response.json()["errors"]}


def about(response: Any) -> dict[str | None, tuple[str, str]]:
    """Code and sentence by the field."""
    return {one["attr"]: (one["code"], one["detail"]) for one in response.json()["errors"]}


def test_what_is_general_says_what_the_table_says(
    sending: Caller, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: Any) -> None:
        raise KeyError

    monkeypatch.setattr("cases.api.views.cases.cases_page", broken)
    answers = (
        (Caller().get("cases/"), "not_authenticated"),
        (Caller("fxp_unknown").get("cases/"), "key_unknown"),
        (sending.get("nothing/"), "not_found"),
        (sending.get(f"cases/{case.submitting_organization_id}/"), "not_found"),
        (sending.ask("DELETE", "cases/"), "method_not_allowed"),
        (sending.get("me/", Accept="text/html"), "not_acceptable"),
        (sending.get("cases/"), "error"),
    )
    for response, code in answers:
        assert said(response) == {code: CODES[code]}


def test_a_body_that_cannot_be_read_is_told_where(administering: Caller) -> None:
    response = administering.ask(
        "POST", "webhooks/", data='{"url": ', content_type="application/json"
    )
    assert response.status_code == 400
    (words,) = said(response).values()
    assert words.startswith(CODES["parse_error"])
    assert "char" in words


def test_a_field_says_its_limit(sending: Caller) -> None:
    response = sending.send("cases/", {"patient_reference": "x" * 65, "radiographs": [upload()]})
    assert "64" in said(response)["max_length"]


def test_a_word_that_is_not_offered_is_told_those_that_are(sending: Caller) -> None:
    form = {
        "patient_reference": "P-1",
        "body_region": "arm",
        "views": ["front"],
        "radiographs": [upload()],
    }
    told = about(sending.send("cases/", form))
    assert told["body_region"][0] == told["views.0"][0] == "invalid_choice"
    assert told["body_region"][1].endswith(f": {', '.join(BodyRegion.values)}.")
    assert told["views.0"][1].endswith(f": {', '.join(View.values)}.")
    told = about(sending.get("cases/", {"status": "done"}))
    assert told["status"][1].endswith(f": {', '.join(CaseStatus.values)}.")


def test_an_event_that_is_not_there_is_named(administering: Caller) -> None:
    response = administering.post("webhooks/", NEW | {"event_types": ["case.done"]})
    words = said(response)["unknown_event_types"]
    assert "case.done" in words
    assert all(name in words for name in WebhookEventType.values)
    response = administering.post("webhooks/", NEW | {"event_types": []})
    assert "at least one" in said(response)["unknown_event_types"]


class TestNames:
    def test_a_misspelt_field_and_what_is_missing_for_it(self, sending: Caller) -> None:
        told = about(sending.send("cases/", {"patient_ref": "P-1", "radiograph": [upload()]}))
        assert told["patient_ref"][1].endswith("Perhaps patient_reference is meant.")
        assert told["radiograph"][1].endswith("Perhaps radiographs is meant.")
        assert told["patient_reference"][0] == "required"

    def test_one_that_resembles_none(self, sending: Caller, case: Case) -> None:
        response = sending.post(f"cases/{case.pk}/withdraw/", {"xyz": "Sent twice"})
        assert about(response)["xyz"][1].endswith("Known: radiograph, reason.")

    def test_a_parameter(self, sending: Caller) -> None:
        told = about(sending.get("cases/", {"external": "A-1", "pagesize": 5}))
        assert told["pagesize"][1].endswith("Perhaps page_size is meant.")
        assert told["external"][0] == "unknown_parameter"


@pytest.mark.parametrize("where", ["photographs", "radiographs"])
def test_a_field_in_which_no_file_was_chosen(sending: Caller, where: str) -> None:
    """Forms send an empty text for it."""
    form: dict[str, Any] = {"patient_reference": "P-1", "radiographs": [upload()], "age_years": ""}
    response = sending.send("cases/", {**form, where: ""})
    if where == "photographs":
        assert (response.status_code, len(response.json()["radiographs"])) == (202, 1)
    else:
        assert about(response)["radiographs"][0] == "required"
