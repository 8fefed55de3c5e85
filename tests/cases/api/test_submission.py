"""A program submits a case."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, User
from cases.models import Analysis, Case, CaseEvent, ModelVersion
from tests.cases.api.calling import Caller, caller, codes
from tests.cases.files import ankle, upload
from tests.factories import AnalysisFactory

pytestmark = pytest.mark.usefixtures("storage")


def fields(**changes: Any) -> dict[str, Any]:
    return {"patient_reference": "ISL-0417", "radiographs": [upload()], **changes}


def test_it_is_taken_and_queued(
    sending: Caller, sender: Organization, hospital: Organization, model_version: ModelVersion
) -> None:
    deadline = timezone.now() + timedelta(hours=2)
    response = sending.send(
        "cases/",
        fields(
            radiographs=[upload(1), upload(2)],
            photographs=[upload(3)],
            views=["frontal", "lateral"],
            age_years="61",
            sex="female",
            body_region="wrist",
            side="left",
            clinical_question="Fall on the hand",
            priority="urgent",
            reading_deadline=deadline.isoformat(),
            accession="A-1",
            order="O-1",
        ),
    )
    assert response.status_code == 202
    case = Case.objects.get()
    told = response.json()
    assert response["Location"] == told["url"] == f"http://testserver/api/v1/cases/{case.pk}/"
    assert int(response["Retry-After"]) > 0
    assert (case.submitting_organization, case.reading_organization) == (sender, hospital)
    assert (case.source, str(case.submitted_by)) == ("api", "API key gateway")
    assert case.reading_deadline == deadline
    assert (told["status"], told["priority"], told["age_years"]) == ("queued", "urgent", 61)
    assert told["external_ids"] == {"accession": "A-1", "order": "O-1", "study_uid": None}
    assert [one["view"] for one in told["radiographs"]] == ["frontal", "lateral", ""]
    assert [one["answer"]["kind"] for one in told["radiographs"]] == [
        "queued",
        "queued",
        "not_assessable",
    ]
    assert Analysis.objects.count() == 2
    assert str(CaseEvent.objects.get(kind="received").actor) == "API key gateway"


def test_dicom_headers_fill_in_what_was_left_blank(
    sending: Caller, model_version: ModelVersion
) -> None:
    response = sending.send("cases/", fields(radiographs=[ankle()]))
    assert response.status_code == 202
    assert response.json()["external_ids"]["study_uid"]


def test_who_reads_where_there_is_a_choice(
    sending: Caller, sender: Organization, elsewhere: Organization, model_version: ModelVersion
) -> None:
    response = sending.send("cases/", fields(reading_organization=str(sender.pk)))
    assert response.json()["reading_organization"]["name"] == sender.name
    response = sending.send("cases/", fields(reading_organization=str(elsewhere.pk)))
    assert (response.status_code, codes(response)) == (400, {"reading_organization": "not_offered"})


def test_without_a_model_it_is_taken_all_the_same(sending: Caller) -> None:
    response = sending.send("cases/", fields())
    assert response.status_code == 202
    assert response.json()["radiographs"][0]["answer"]["kind"] == "none"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"patient_reference": ""}, {"patient_reference": "blank"}),
        ({"patient_reference": "x" * 65}, {"patient_reference": "max_length"}),
        ({"patient_reference": "a\x07b"}, {"patient_reference": "invalid"}),
        ({"patient_reference": "a\x00b"}, {"patient_reference": "null_characters_not_allowed"}),
        ({"patient_reference": ["A", "B"]}, {"patient_reference": "repeated_field"}),
        ({"patient_reference": upload()}, {"patient_reference": "invalid"}),
        ({"radiographs": []}, {"radiographs": "required"}),
        ({"radiographs": "a text"}, {"radiographs.0": "invalid"}),
        ({"views": ["frontal", "lateral"]}, {"views": "too_many_views"}),
        ({"views": ["upside_down"]}, {"views.0": "invalid_choice"}),
        ({"age_years": "131"}, {"age_years": "max_value"}),
        ({"age_years": "old"}, {"age_years": "invalid"}),
        ({"age_years": "9" * 2000}, {"age_years": "max_string_length"}),
        ({"sex": "f"}, {"sex": "invalid_choice"}),
        ({"body_region": "tail"}, {"body_region": "invalid_choice"}),
        ({"priority": "soon"}, {"priority": "invalid_choice"}),
        ({"clinical_question": "x" * 1001}, {"clinical_question": "max_length"}),
        ({"reading_deadline": "soon"}, {"reading_deadline": "invalid"}),
        ({"reading_deadline": "2190-12-01T10:00:00"}, {"reading_deadline": "no_offset"}),
        ({"reading_deadline": "2190-12-01"}, {"reading_deadline": "no_offset"}),
        ({"reading_deadline": "2020-01-01T00:00:00Z"}, {"reading_deadline": "passed"}),
        ({"reading_deadline": "9999-12-31T23:59:59Z"}, {"reading_deadline": "year"}),
        ({"reading_deadline": "0001-01-01T00:00:00+14:00"}, {"reading_deadline": "overflow"}),
        ({"reading_organization": "nobody"}, {"reading_organization": "invalid"}),
        ({"patient_name": "Somebody"}, {"patient_name": "unknown_field"}),
        ({"radiographs[1]": "x"}, {"radiographs[1]": "unknown_field"}),
    ],
)
def test_what_is_not_as_it_should_be(
    sending: Caller, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    response = sending.send("cases/", fields(**changes))
    assert (response.status_code, codes(response)) == (400, expected)
    assert response.json()["type"] == "validation_error"
    assert not Case.objects.exists()


def test_files_that_are_not_taken_are_named_by_their_place(sending: Caller) -> None:
    text = SimpleUploadedFile("letter.txt", b"Dear colleague" * 9)
    empty = SimpleUploadedFile("empty.png", b"")
    sent = fields(radiographs=[upload(), empty, text], photographs=[upload(5), empty])
    response = sending.send("cases/", sent)
    assert response.status_code == 422
    assert codes(response) == {
        "radiographs.1": "empty_file",
        "radiographs.2": "not_an_image",
        "photographs.1": "empty_file",
    }
    assert not Case.objects.exists()


def test_more_files_than_are_taken(sending: Caller) -> None:
    response = sending.send("cases/", fields(radiographs=[upload(n) for n in range(21)]))
    assert (response.status_code, codes(response)) == (413, {None: "too_many_files"})
    assert response.json()["type"] == "client_error"


def test_more_bytes_than_are_taken(sending: Caller, settings: Settings) -> None:
    settings.INTAKE_MAX_BYTES = 1000
    response = sending.send("cases/", fields())
    assert (response.status_code, codes(response)) == (413, {None: "too_many_bytes"})


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "a/b"])
def test_another_body_than_multipart(sending: Caller, kind: str) -> None:
    body = {"data": b'{"patient_reference": "A"}', "content_type": kind}
    response = sending.ask("POST", "cases/", **body)
    assert (response.status_code, codes(response)) == (415, {None: "unsupported_media_type"})
    assert "multipart/form-data" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"--x\r\nContent-Disposition: form-data; name=", b"--x--"]
)
def test_a_multipart_body_that_breaks_off(sending: Caller, body: bytes) -> None:
    kind = "multipart/form-data; boundary=x"
    response = sending.ask("POST", "cases/", data=body, content_type=kind)
    assert response.status_code == 400


def test_a_multipart_body_without_a_boundary(sending: Caller) -> None:
    response = sending.ask("POST", "cases/", data=b"x", content_type="multipart/form-data")
    assert (response.status_code, codes(response)) == (400, {None: "parse_error"})


def test_more_fields_than_any_form_has(sending: Caller) -> None:
    response = sending.send("cases/", {f"field{n}": "x" for n in range(300)})
    assert (response.status_code, codes(response)) == (400, {None: "bad_request"})


def test_nobody_is_kept_waiting_for_ever_by_the_own_cases(
    sending: Caller, sender: Organization, settings: Settings, model_version: ModelVersion
) -> None:
    settings.API_UNFINISHED_PER_ORGANIZATION = 2
    AnalysisFactory()  # somebody else's
    assert sending.send("cases/", fields(radiographs=[upload(1), upload(2)])).status_code == 202
    response = sending.send("cases/", fields(radiographs=[upload(3)]))
    assert (response.status_code, codes(response)) == (429, {None: "too_many_unfinished"})
    assert int(response["Retry-After"]) > 0
    assert Case.objects.filter(submitting_organization=sender).count() == 1


@pytest.mark.parametrize("where", ["cases/", "cases/{}/radiographs/"])
def test_what_there_will_never_be_room_for_is_not_told_to_wait(
    sending: Caller, case: Case, settings: Settings, model_version: ModelVersion, where: str
) -> None:
    settings.API_UNFINISHED_PER_ORGANIZATION = 2
    sent = {} if "{}" in where else {"patient_reference": "ISL-0417"}
    files = [upload(n) for n in range(3)]
    response = sending.send(where.format(case.pk), {**sent, "radiographs": files})
    assert (response.status_code, codes(response)) == (422, {"radiographs": "too_many_files"})
    assert "2" in response.json()["errors"][0]["detail"]
    assert "Retry-After" not in response
    mixed = {**sent, "radiographs": [upload(3), upload(4)], "photographs": [upload(5)]}
    assert sending.send(where.format(case.pk), mixed).status_code == 202


def test_a_key_without_the_scope(sender: Organization) -> None:
    response = caller(sender, "read").send("cases/", fields())
    assert (response.status_code, codes(response)) == (403, {None: "scope_missing"})


def test_the_scope_admin_opens_everything(sender: Organization) -> None:
    assert caller(sender, "admin").send("cases/", fields()).status_code == 202


def test_a_person_who_signed_in_needs_the_forms_token(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    response = Caller(client=browser).send("cases/", fields())
    assert (response.status_code, codes(response)) == (403, {None: "permission_denied"})
    assert not Case.objects.exists()


def test_the_operator_has_no_organization_to_submit_for(operator: User) -> None:
    browser = Client()
    browser.force_login(operator)
    response = Caller(client=browser).send("cases/", fields())
    assert (response.status_code, codes(response)) == (403, {None: "permission_denied"})


def test_no_file_is_read_of_who_has_no_key() -> None:
    response = Caller().send("cases/", fields())
    assert (response.status_code, codes(response)) == (401, {None: "not_authenticated"})
