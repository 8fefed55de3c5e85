"""Files in pieces over HTTP: tus 1.0.0, and the form that names what came that way."""

import base64
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from cases.models import Case, ModelVersion, Upload
from cases.services.resumable import PIECE_BYTES
from tests.cases.files import upload as file_of
from tests.cases.views.conftest import SignIn
from tests.factories import CaseFactory, phantom

LIST, NEW = "/uploads/", "/cases/new/"
TUS = {"Tus-Resumable": "1.0.0"}
JSON = {"accept": "application/json"}
PIECE = "application/offset+octet-stream"
pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture
def client(owner: User, sign_in: SignIn, model_version: ModelVersion) -> Client:
    return sign_in(owner)


def base64_of(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def begin(client: Client, length: int, name: str = "wrist.png", more: str = "") -> str:
    """The address of a new upload."""
    about = {"Upload-Length": str(length), "Upload-Metadata": f"filename {base64_of(name)}{more}"}
    answer = client.post(LIST, headers=TUS | about)
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def piece(client: Client, address: str, data: bytes, start: int = 0, **more: Any) -> Any:
    headers = TUS | {"Upload-Offset": str(start)} | more.pop("headers", {})
    more = {"content_type": PIECE} | more
    return client.patch(address, data, headers=headers, **more)


def code(answer: Any) -> str:
    (told,) = answer.json()["files"]
    assert told["message"]
    return str(told["code"])


def test_begun_continued_and_named_by_the_form(client: Client, owner: User) -> None:
    data = phantom(480, 640)
    address = begin(client, len(data))
    half = 70_000
    first = piece(client, address, data[:half])
    assert (first.status_code, first["Upload-Offset"]) == (204, str(half))
    asked = client.head(address, headers=TUS)
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == (str(half), str(len(data)))
    assert asked["Tus-Resumable"] == "1.0.0"
    assert "no-store" in asked["Cache-Control"]
    assert "GMT" in asked["Upload-Expires"]
    assert piece(client, address, data[half:], half)["Upload-Offset"] == str(len(data))

    form = {"patient_reference": "P-1", "uploads": [address.split("/")[2]], "views": ["lateral"]}
    form |= {"accession": "A-1"}
    answer = client.post(NEW, form, headers={"accept": "application/json"})
    case = Case.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"location": f"/cases/{case.pk}/"}
    assert case.radiographs.get().view == "lateral"
    again = client.post(NEW, form)  # its answer was lost on the way
    assert again["Location"] == f"/cases/{case.pk}/"
    for change in ({"patient_reference": "P-2"}, {"side": "left"}, {"accession": "A-2"}):
        mended = client.post(NEW, {**form, **change}, headers=JSON)
        assert mended.status_code == 422
        assert mended.json()["files"][0]["code"] == "upload_gone"
    other = CaseFactory(submitting_organization=owner.organization)
    added = client.post(f"/cases/{other.pk}/add/", {"uploads": form["uploads"]}, headers=JSON)
    assert added.json()["files"][0]["code"] == "upload_gone"
    assert Case.objects.filter(radiographs__isnull=False).count() == 1
    assert client.get(LIST).json() == {"uploads": []}
    assert piece(client, address, b"more", len(data)).status_code == 404


def test_the_list_tells_the_page_what_it_can_offer(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    begin(client, 10, "<Müller>.dcm", f",photograph {base64_of('yes')}")
    address = begin(client, 5)
    data = b"bones"
    piece(client, address, data)
    with django_assert_num_queries(3):  # session, person, uploads
        photo, whole = client.get(LIST).json()["uploads"]
    assert (photo["name"], photo["photograph"], photo["received"]) == ("<Müller>.dcm", True, 0)
    assert (whole["location"], whole["photograph"]) == (address, False)
    assert (whole["received"], whole["length"]) == (5, 5)
    (told,) = client.get(address).json()["pieces"]
    assert told == {"start": 0, "length": 5, "sha256": sha256(data).hexdigest()}


def test_what_the_server_can_do(client: Client) -> None:
    answer = client.options(LIST)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert {"creation", "termination", "expiration", "checksum"} == set(
        answer["Tus-Extension"].split(",")
    )
    assert int(answer["Tus-Max-Size"]) == 64 * 1024 * 1024


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"Upload-Length": "5"}, 412, "wrong_version"),
        ({"Upload-Length": "5", "Tus-Resumable": "0.2.2"}, 412, "wrong_version"),
        (TUS, 400, "header_missing"),
        (TUS | {"Upload-Length": "-5"}, 400, "header_missing"),
        (TUS | {"Upload-Length": "9" * 40}, 400, "header_missing"),
        (TUS | {"Upload-Length": "0"}, 400, "empty_file"),
        (TUS | {"Upload-Length": str(64 * 1024 * 1024 + 1)}, 413, "too_many_bytes"),
        (TUS | {"Upload-Length": "5", "Upload-Metadata": "filename ?"}, 400, "bad_metadata"),
        (TUS | {"Upload-Length": "5", "Upload-Metadata": "filename \xe9"}, 400, "bad_metadata"),
        (TUS | {"Upload-Length": "5", "Upload-Metadata": "filename /w=="}, 400, "bad_metadata"),
    ],
)
def test_what_cannot_be_begun(
    client: Client, headers: dict[str, str], status: int, expected: str
) -> None:
    answer = client.post(LIST, headers=headers)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("change", "status", "expected"),
    [
        ({"headers": {"Tus-Resumable": "9"}}, 412, "wrong_version"),
        ({"content_type": "text/plain"}, 415, "wrong_content_type"),
        ({"headers": {"Upload-Offset": ""}}, 400, "header_missing"),
        ({"headers": {"Upload-Offset": "two"}}, 400, "header_missing"),
        ({"start": 2}, 409, "wrong_offset"),
        ({"data": b"bones!"}, 413, "piece_too_large"),
        ({"data": b"bo"}, 400, "piece_too_small"),
        ({"wsgi.input": BytesIO(b"bon")}, 400, "piece_cut_off"),
        ({"CONTENT_LENGTH": ""}, 400, "header_missing"),
        ({"headers": {"Upload-Checksum": "md5 aa=="}}, 400, "bad_checksum"),
        ({"headers": {"Upload-Checksum": "sha256 ?"}}, 400, "bad_checksum"),
        (
            {"headers": {"Upload-Checksum": f"sha256 {base64_of(bytes(32))}"}},
            460,
            "checksum_mismatch",
        ),
    ],
)
def test_what_is_no_next_piece(
    client: Client, change: dict[str, Any], status: int, expected: str
) -> None:
    address = begin(client, 5)
    answer = piece(client, address, **{"data": b"bones", **change})
    assert (answer.status_code, code(answer)) == (status, expected)
    assert client.head(address, headers=TUS)["Upload-Offset"] == "0"
    digest = f"sha256 {base64_of(sha256(b'bones').digest())}"
    good = piece(client, address, b"bones", headers={"Upload-Checksum": digest})
    assert good.status_code == 204


def test_a_piece_that_is_too_large_is_not_even_read(client: Client) -> None:
    address = begin(client, 2 * PIECE_BYTES)
    answer = piece(client, address, b"x", CONTENT_LENGTH=str(PIECE_BYTES + 1))
    assert (answer.status_code, code(answer)) == (413, "piece_too_large")


def test_a_piece_costs_few_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = begin(client, 5)
    # Session, person, upload; then in a transaction (2) how far it is and the piece.
    with django_assert_num_queries(7):
        assert piece(client, address, b"bones").status_code == 204


def test_a_wrong_version_is_told_the_right_one(client: Client) -> None:
    answer = client.post(LIST, headers={"Upload-Length": "5"})
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


def test_a_file_without_a_name(client: Client) -> None:
    """The protocol asks for none."""
    data = phantom()
    address = client.post(LIST, headers=TUS | {"Upload-Length": str(len(data))})["Location"]
    piece(client, address, data)
    form = {"patient_reference": "P", "uploads": [address.split("/")[2]]}
    assert client.post(NEW, form)["Location"] == f"/cases/{Case.objects.get().pk}/"


def test_finished_twice(client: Client) -> None:
    address = begin(client, 5)
    assert piece(client, address, b"bones").status_code == 204
    assert code(piece(client, address, b"bones")) == "wrong_offset"
    assert code(piece(client, address, b"bones", 5)) == "piece_too_large"


def test_nobody_else_knows_of_it(
    client: Client, colleague: User, reader: User, administrator: User, sign_in: SignIn
) -> None:
    address = begin(client, 5)
    piece(client, address, b"bones")
    for person in (colleague, reader, administrator):
        other = sign_in(person)
        assert other.get(LIST).json() == {"uploads": []}
        calls: list[Callable[..., Any]] = [other.get, other.head, other.delete]
        assert {call(address, headers=TUS).status_code for call in calls} == {404}
        assert piece(other, address, b"bones").status_code == 404
        form = {"patient_reference": "P", "uploads": [address.split("/")[2]]}
        answer = other.post(NEW, form, headers={"accept": "application/json"})
        assert (answer.status_code, code(answer)) == (422, "upload_gone")
    assert not Case.objects.exists()
    assert Upload.objects.count() == 1


def test_unknown_run_out_and_removed(client: Client) -> None:
    assert client.head(f"{LIST}{uuid4()}/", headers=TUS).status_code == 404
    address = begin(client, 5)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.head(address, headers=TUS).status_code == 410
    assert code(piece(client, address, b"bones")) == "upload_expired"
    assert client.get(LIST).json() == {"uploads": []}
    assert client.delete(address, headers=TUS).status_code == 204
    assert client.head(address, headers=TUS).status_code == 404


def test_who_is_signed_out_is_told_so_in_a_word(db: None) -> None:
    for call in (Client().get, Client().post):
        answer = call(LIST, headers=TUS | {"Upload-Length": "5"})
        assert (answer.status_code, code(answer)) == (401, "not_signed_in")


def test_nothing_is_taken_without_the_token_of_the_page(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post(LIST, headers=TUS | {"Upload-Length": "5"}).status_code == 403
    page = client.get(NEW)
    token = {"X-CSRFToken": str(page.context["csrf_token"])}
    address = client.post(LIST, headers=TUS | token | {"Upload-Length": "5"})["Location"]
    assert piece(client, address, b"bones").status_code == 403
    assert piece(client, address, b"bones", headers=token).status_code == 204
    assert client.delete(address, headers=TUS).status_code == 403
    assert client.delete(address, headers=TUS | token).status_code == 204


@pytest.mark.parametrize("ids", [["7"], [str(uuid4())] * 2])
def test_a_form_that_names_nonsense(client: Client, ids: list[str]) -> None:
    answer = client.post(
        NEW, {"patient_reference": "P", "uploads": ids}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["uploads"]


def test_pieces_and_plain_files_of_one_form(client: Client) -> None:
    data = phantom(seed=1)
    address = begin(client, len(data), more=f",photograph {base64_of('yes')}")
    piece(client, address, data)
    client.post(
        NEW,
        {
            "patient_reference": "P",
            "uploads": [address.split("/")[2]],
            "radiographs": [file_of(2)],
            "photographs": [file_of(3)],
            "views": ["", "oblique"],
        },
    )
    told = [(one.not_assessable, one.view) for one in Case.objects.get().radiographs.all()]
    assert told == [("photograph", ""), ("", "oblique"), ("photograph", "")]


def test_added_to_a_case(client: Client) -> None:
    client.post(NEW, {"patient_reference": "P", "radiographs": [file_of()]})
    case = Case.objects.get()
    data = phantom(seed=1)
    address = begin(client, len(data))
    piece(client, address, data)
    form = {"uploads": [address.split("/")[2]]}
    for _ in range(2):
        response = client.post(f"/cases/{case.pk}/add/", form)
        assert response["Location"] == f"/cases/{case.pk}/"
    assert case.radiographs.count() == 2
