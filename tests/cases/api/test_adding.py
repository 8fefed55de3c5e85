"""A program adds radiographs to a case."""

from typing import Any

import pytest
from django.utils import timezone

from cases.models import Analysis, Case, CaseEvent, Radiograph
from tests.cases.api.calling import Caller, codes
from tests.cases.files import upload
from tests.factories import CaseFactory

pytestmark = pytest.mark.usefixtures("storage")


def add(program: Caller, case: Case, key: str = "", **fields: Any) -> Any:
    headers = {"Idempotency_Key": key} if key else {}
    return program.send(f"cases/{case.pk}/radiographs/", fields, **headers)


def test_further_views_and_the_case_is_to_be_read_again(
    analysis: Analysis, case: Case, reading: Caller
) -> None:
    Case.objects.update(read_at=timezone.now())
    response = add(reading, case, radiographs=[upload(5)], views=["lateral"])
    assert response.status_code == 202
    assert response["Location"].endswith(f"/api/v1/cases/{case.pk}/")
    told = response.json()
    assert [one["view"] for one in told["radiographs"]] == ["", "lateral"]
    assert (told["read_at"], told["status"]) == (None, "queued")
    event = CaseEvent.objects.get(kind="radiograph_added")
    assert str(event.actor) == "API key gateway"


def test_once_however_often_it_is_sent(analysis: Analysis, case: Case, sending: Caller) -> None:
    first = add(sending, case, "more-1", radiographs=[upload(5)])
    again = add(sending, case, "more-1", radiographs=[upload(5)])
    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Idempotency-Replayed"] == "true"
    assert Radiograph.objects.filter(case=case).count() == 2


def test_the_same_key_for_another_case_is_refused(
    analysis: Analysis, case: Case, sending: Caller
) -> None:
    other = CaseFactory(submitting_organization=case.submitting_organization)
    add(sending, case, "more-1", radiographs=[upload(5)])
    response = add(sending, other, "more-1", radiographs=[upload(5)])
    assert (response.status_code, codes(response)) == (422, {None: "idempotency_key_reused"})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"radiographs": "required"}),
        ({"radiographs": [upload()], "side": "left"}, {"side": "unknown_field"}),
    ],
)
def test_what_is_not_as_it_should_be(
    case: Case, sending: Caller, fields: dict[str, Any], expected: dict[str, str]
) -> None:
    response = add(sending, case, **fields)
    assert (response.status_code, codes(response)) == (400, expected)


def test_a_withdrawn_case_takes_none(case: Case, sending: Caller) -> None:
    Case.objects.update(withdrawn_at=timezone.now(), withdrawal_reason="twice", status="withdrawn")
    response = add(sending, case, radiographs=[upload()])
    assert (response.status_code, codes(response)) == (409, {None: "case_withdrawn"})
