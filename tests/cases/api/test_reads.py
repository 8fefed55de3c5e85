"""Reads, for programs and for clinicians who signed in."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, Organization, User
from cases.models import Analysis, Case, CaseEvent, Read
from cases.services.impressions import record_impression
from tests.cases.api.calling import Caller, caller, codes
from tests.factories import AnalysisFactory, RadiographFactory, UserFactory


def body(**changes: Any) -> dict[str, Any]:
    return {"conclusion": "fracture", "reader_email": "reader@harbour.example", **changes}


@pytest.fixture
def person(reader: User) -> Caller:
    browser = Client()
    browser.force_login(reader)
    return Caller(client=browser)


def test_a_key_names_who_has_read_it(
    analysis: Analysis, case: Case, reading: Caller, sending: Caller, reader: User
) -> None:
    sent = body(
        reader_email="Reader@Harbour.example",
        analysis=str(analysis.pk),
        agreement="agree",
        body_region="wrist",
        side="left",
        other_findings=["effusion"],
        comment="Distal radius",
        mark={"radiograph": str(analysis.radiograph_id), "x": 40.5, "y": 60},
    )
    response = reading.post(f"cases/{case.pk}/reads/", sent)
    assert response.status_code == 201
    read = Read.objects.get()
    assert (read.reader, read.conclusion, read.analysis) == (reader, "fracture", analysis)
    event = CaseEvent.objects.get(kind="read")
    assert event.actor == reader
    assert event.detail["sent_by"] == "API key gateway"
    assert event.detail["key"] == str(ApiKey.objects.get(organization=reader.organization).pk)
    (told,) = sending.get(f"cases/{case.pk}/reads/").json()["results"]
    assert told == response.json()
    assert told["mark"] == {"radiograph": str(analysis.radiograph_id), "x": 40.5, "y": 60.0}
    assert (told["stands"], told["amends"]) == (True, None)


def test_the_page_says_which_key_handed_it_on(
    analysis: Analysis, case: Case, reading: Caller, reader: User
) -> None:
    reading.post(f"cases/{case.pk}/reads/", body())
    page = Client()
    page.force_login(reader)
    assert "Handed in by API key gateway" in page.get(f"/cases/{case.pk}/").content.decode()


def test_a_clinician_who_signed_in_reads_in_their_own_name(
    analysis: Analysis, case: Case, person: Caller, reader: User
) -> None:
    sent = {"conclusion": "no_fracture"}
    assert person.post(f"cases/{case.pk}/reads/", sent).status_code == 201
    assert Read.objects.get().reader == reader
    assert "sent_by" not in CaseEvent.objects.get(kind="read").detail
    other = person.post(f"cases/{case.pk}/reads/", body())
    assert codes(other) == {"reader_email": "reader_unwanted"}


def test_an_amendment_names_what_it_amends(
    analysis: Analysis, case: Case, reading: Caller, reader: User
) -> None:
    first = reading.post(f"cases/{case.pk}/reads/", body()).json()
    blind = reading.post(f"cases/{case.pk}/reads/", body(conclusion="unsure"))
    assert (blind.status_code, codes(blind)) == (409, {None: "cannot_be_read"})
    amended = body(conclusion="unsure", amending=first["id"])
    assert reading.post(f"cases/{case.pk}/reads/", amended).status_code == 201
    newest, oldest = reading.get(f"cases/{case.pk}/reads/").json()["results"]
    assert (newest["amends"], newest["stands"]) == (first["id"], True)
    assert oldest["stands"] is False


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"conclusion": "broken"}, {"conclusion": "invalid_choice"}),
        ({"reader_email": None}, {"reader_email": "null"}),
        ({"reader_email": "nobody@harbour.example"}, {"reader_email": "reader_unknown"}),
        ({"reader_email": "owner@island.example"}, {"reader_email": "reader_unknown"}),
        ({"reader_email": "reader"}, {"reader_email": "invalid"}),
        ({"side": "up"}, {"side": "invalid_choice"}),
        ({"other_findings": "effusion"}, {"other_findings": "not_a_list"}),
        ({"other_findings": ["tail"]}, {"other_findings.0": "invalid_choice"}),
        ({"other_findings": ["other"]}, {"comment": "comment_wanted"}),
        ({"comment": "x" * 2001}, {"comment": "max_length"}),
        ({"analysis": "x"}, {"analysis": "invalid"}),
        ({"mark": {"x": 1, "y": 2}}, {"mark.radiograph": "required"}),
        ({"mark": "there"}, {"mark": "invalid"}),
        ({"confidence": 1}, {"confidence": "unknown_field"}),
    ],
)
def test_what_is_not_as_it_should_be(
    case: Case,
    reading: Caller,
    reader: User,
    owner: User,
    changes: dict[str, Any],
    expected: dict[str, str],
) -> None:
    response = reading.post(f"cases/{case.pk}/reads/", body(**changes))
    assert (response.status_code, codes(response)) == (400, expected)
    assert not Read.objects.exists()


def test_without_naming_anybody(case: Case, reading: Caller) -> None:
    response = reading.post(f"cases/{case.pk}/reads/", {"conclusion": "fracture"})
    assert codes(response) == {"reader_email": "reader_wanted"}


def test_of_people_who_read_no_more(case: Case, reading: Caller, hospital: Organization) -> None:
    UserFactory(email="left@harbour.example", organization=hospital, is_active=False)
    response = reading.post(f"cases/{case.pk}/reads/", body(reader_email="left@harbour.example"))
    assert codes(response) == {"reader_email": "reader_unknown"}


def test_what_belongs_to_another_case(case: Case, reading: Caller, reader: User) -> None:
    for changes, field in (
        ({"analysis": str(AnalysisFactory(succeeded=True).pk)}, "analysis"),
        (
            {"mark": {"radiograph": str(RadiographFactory().pk), "x": 1, "y": 1}},
            "mark.radiograph",
        ),
    ):
        response = reading.post(f"cases/{case.pk}/reads/", body(**changes))
        assert codes(response) == {field: "not_of_this_case"}


def test_who_may_not(
    analysis: Analysis,
    case: Case,
    sending: Caller,
    foreign: Caller,
    hospital: Organization,
    owner: User,
    reader: User,
) -> None:
    browser = Client()
    browser.force_login(owner)
    for program, status, code in (
        (sending, 403, "not_reading"),
        (foreign, 404, "not_found"),
        (caller(hospital, "read"), 403, "scope_missing"),
        (Caller(client=browser), 403, "permission_denied"),
        (Caller(), 401, "not_authenticated"),
    ):
        response = program.post(f"cases/{case.pk}/reads/", body())
        assert (response.status_code, codes(response)) == (status, {None: code})
    assert not Read.objects.exists()


def test_where_impressions_come_first_the_reader_gives_one_first(
    analysis: Analysis, case: Case, reading: Caller, reader: User, hospital: Organization
) -> None:
    hospital.read_first = True
    hospital.save()
    response = reading.post(f"cases/{case.pk}/reads/", body())
    assert (response.status_code, codes(response)) == (409, {None: "cannot_be_read"})


def test_the_agreement_that_follows_is_told_only_to_a_key_that_may_look(
    analysis: Analysis, case: Case, hospital: Organization, reader: User
) -> None:
    """By it a key without the scope `read` would learn what the software says, and by what is
    refused of it."""
    address, submitting = f"cases/{case.pk}/reads/", caller(hospital, "submit")
    for said in ({"analysis": str(analysis.pk)}, {"agreement": "agree"}):
        response = submitting.post(address, body(conclusion="no_fracture", **said))
        assert (response.status_code, codes(response)) == (403, {None: "scope_missing"})
    assert not Read.objects.exists()
    response = submitting.post(address, body(conclusion="no_fracture"))
    assert (response.status_code, response.json()["agreement"]) == (201, "")
    told = caller(hospital).post(
        address,
        body(conclusion="no_fracture", analysis=str(analysis.pk), amending=response.json()["id"]),
    )
    assert (told.status_code, told.json()["agreement"]) == (201, "disagree")


def test_where_impressions_come_first_the_read_follows_the_impression(
    analysis: Analysis, case: Case, reading: Caller, reader: User, hospital: Organization
) -> None:
    hospital.read_first = True
    hospital.save()
    reader.refresh_from_db()
    seen = [analysis.radiograph_id]
    record_impression(case=case, reader=reader, conclusion="unsure", seen=seen)
    assert reading.post(f"cases/{case.pk}/reads/", body()).status_code == 201


def test_sent_twice_it_is_kept_once(
    analysis: Analysis, case: Case, reading: Caller, reader: User
) -> None:
    first = reading.post(f"cases/{case.pk}/reads/", body()).json()
    amendment = body(conclusion="unsure", amending=first["id"])
    for sent in (body(), amendment, amendment):
        last = reading.post(f"cases/{case.pk}/reads/", sent)
    assert (last.status_code, codes(last)) == (409, {None: "cannot_be_read"})
    assert Read.objects.count() == 2
