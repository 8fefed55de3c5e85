"""A new case from the form: with JavaScript (JSON answers) and without (pages)."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Organization, User
from cases.intake import uploads
from cases.intake.limits import Limits
from cases.intake.uploads import GuardedUploadHandler
from cases.models import Case, ModelVersion
from cases.services import reception
from tests.cases.files import upload
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html, text

NEW = "/cases/new/"
SCRIPT = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def incoming(tmp_path: Path, settings: Any) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    return tmp_path


@pytest.fixture
def client(owner: User, sign_in: SignIn, model_version: ModelVersion) -> Client:
    return sign_in(owner)


def sent(*files: SimpleUploadedFile, **fields: Any) -> dict[str, Any]:
    return {"patient_reference": "P-1", "radiographs": list(files), **fields}


def test_without_javascript_a_case_leads_to_its_page(client: Client) -> None:
    response = client.post(
        NEW, sent(upload(1), upload(2), views=["frontal", "lateral"], side="left", accession="A-1")
    )
    case = Case.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/cases/{case.pk}/"
    assert case.side == "left"
    assert case.priority == "routine"
    assert [one.view for one in case.radiographs.all()] == ["frontal", "lateral"]
    assert case.external_identifiers.count() == 1
    assert "Accession number A-1" in text(client.get(response["Location"]))


def test_with_javascript_the_answer_says_where_to_go(client: Client) -> None:
    response = client.post(NEW, sent(upload()), headers=SCRIPT)
    assert response.status_code == 201
    assert response.json() == {"location": f"/cases/{Case.objects.get().pk}/"}


def test_each_bad_file_is_named_with_its_reason(client: Client) -> None:
    files = (upload(), SimpleUploadedFile("notes.txt", b"words"))
    answer = client.post(NEW, sent(*files), headers=SCRIPT)
    assert answer.status_code == 422
    (told,) = answer.json()["files"]
    assert (told["number"], told["code"]) == (2, "not_an_image")
    assert told["message"].endswith(".")

    page = client.post(NEW, sent(upload(), SimpleUploadedFile("<b>.txt", b"words")))
    assert page.status_code == 422
    assert "File 2 (<b>.txt): The file is none of the formats" in text_of(page)
    assert "<b>.txt" not in html(page)
    assert 'value="P-1"' in html(page)  # what was typed is still there
    assert not Case.objects.exists()


def text_of(response: Any) -> str:
    return text(response)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"patient_reference": " "}, "patient_reference"),
        ({"patient_reference": "a\x00b"}, "patient_reference"),
        ({"age_years": "999"}, "age_years"),
        ({"sex": "none"}, "sex"),
        ({"reading_deadline": "2001-01-01T10:00"}, "reading_deadline"),
        ({"reading_organization": "7"}, "reading_organization"),
        ({"radiographs": []}, "radiographs"),
    ],
)
def test_each_bad_field_is_named(client: Client, fields: dict[str, Any], wrong: str) -> None:
    response = client.post(NEW, {**sent(upload()), **fields}, headers=SCRIPT)
    assert response.status_code == 422
    assert list(response.json()["errors"]) == [wrong]
    assert client.post(NEW, {**sent(upload()), **fields}).status_code == 422
    assert not Case.objects.exists()


def test_the_reader_can_be_chosen_where_there_is_a_choice(
    client: Client, sender: Organization, reader: User, elsewhere: Organization, sign_in: SignIn
) -> None:
    assert "Read by" in text(client.get(NEW))
    client.post(NEW, sent(upload(), reading_organization=str(sender.pk)))
    assert Case.objects.get().reading_organization == sender
    refused = client.post(NEW, sent(upload(), reading_organization=str(elsewhere.pk)))
    assert refused.status_code == 422
    assert "Read by" not in text(sign_in(reader).get(NEW))


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(max_bytes=500), "too_many_bytes"), (Limits(max_files=1), "too_many_files")],
)
def test_past_a_limit_the_status_is_413_with_the_code(
    client: Client, monkeypatch: pytest.MonkeyPatch, incoming: Path, limits: Limits, code: str
) -> None:
    monkeypatch.setattr(GuardedUploadHandler, "limits", limits)
    answer = client.post(NEW, sent(upload(1), upload(2)), headers=SCRIPT)
    assert answer.status_code == 413
    assert [(one["number"], one["code"]) for one in answer.json()["files"]] == [(0, code)]
    page = client.post(NEW, sent(upload(1), upload(2)))
    assert page.status_code == 413
    assert code in text(page)
    assert not Case.objects.exists()
    assert list(incoming.iterdir()) == []


def test_without_a_model_a_case_is_taken_and_its_page_says_what_it_waits_for(
    client: Client,
) -> None:
    ModelVersion.objects.update(is_active=False)
    page = client.post(NEW, sent(upload()), follow=True)
    assert page.status_code == 200
    assert "Waiting for a model." in text(page)
    assert Case.objects.get().status == "queued"


def test_while_others_are_checked_it_asks_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One upload holds no more than its turn: the next does not wait for all of its files."""
    monkeypatch.setattr(reception, "PATIENCE_SECONDS", 0.05)
    with ExitStack() as held:
        for _ in range(reception.CHILDREN):
            held.enter_context(reception._turns.place(seconds=1))
        answer = client.post(NEW, sent(upload(1), upload(2), upload(3)), headers=SCRIPT)
    assert answer.status_code == 503
    assert [(one["number"], one["code"]) for one in answer.json()["files"]] == [(0, "busy")]
    assert "try again in a minute" in answer.json()["files"][0]["message"]
    assert not Case.objects.exists()
    assert client.post(NEW, sent(upload(1)), headers=SCRIPT).status_code == 201


@pytest.mark.django_db
def test_nothing_of_an_upload_is_written_for_who_did_not_sign_in(
    incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check of the form's token reads the request before any view is asked."""
    written: list[bytes] = []
    monkeypatch.setattr(
        uploads._CountedFiles, "receive_data_chunk", lambda _, data, __: written.append(data)
    )
    anybody = Client(enforce_csrf_checks=True)
    anybody.get("/account/login/")  # brings the cookie, without which the form is not looked for
    assert anybody.post(NEW, sent(upload())).status_code == 403
    assert written == []


def test_a_file_with_an_endless_suffix_is_as_welcome_as_any(client: Client) -> None:
    response = client.post(NEW, sent(upload(name="a." + "x" * 248)), headers=SCRIPT)
    assert response.status_code == 201


def test_radiographs_are_added_on_a_page_of_their_own(
    client: Client, stranger: User, sign_in: SignIn
) -> None:
    client.post(NEW, sent(upload()))
    case = Case.objects.get()
    address = f"/cases/{case.pk}/add/"
    assert client.get(address).status_code == 200
    assert sign_in(stranger).post(address, {"radiographs": [upload(3)]}).status_code == 404
    assert client.post(address, {"radiographs": []}).status_code == 422
    response = client.post(address, {"radiographs": [upload(3)], "views": ["oblique"]})
    assert response["Location"] == f"/cases/{case.pk}/"
    assert [one.view for one in case.radiographs.all()] == ["", "oblique"]


def test_the_operator_has_nobody_to_submit_for(operator: User, sign_in: SignIn) -> None:
    assert sign_in(operator).get(NEW).status_code == 403


def test_a_form_without_its_token_is_refused_with_a_page(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    response = client.post(NEW, sent(upload()))
    assert response.status_code == 403
    assert "Reload the page and send the form again." in text(response)


def test_a_script_whose_session_ended_is_told_so(case: Case) -> None:
    client = Client()
    for where in ("/cases/new/", f"/cases/{case.pk}/add/"):
        answer = client.post(where, {}, headers=SCRIPT)
        assert answer.status_code == 401
        assert answer.json() == {"errors": {"": ["Sign in again."]}}
        assert client.post(where, {}).status_code == 302


def test_a_script_is_told_that_a_case_was_withdrawn(page: Client, case: Case) -> None:
    Case.objects.update(status="withdrawn", withdrawn_at=case.created_at, withdrawal_reason="x")
    answer = page.post(f"/cases/{case.pk}/add/", {}, headers=SCRIPT)
    assert answer.status_code == 409
    assert "This case was withdrawn" in answer.json()["errors"][""][0]
