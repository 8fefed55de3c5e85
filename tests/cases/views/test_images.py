"""Images: a permission check, an access record, and nothing kept in a cache."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from accounts.models import User
from cases.models import AccessRecord, Analysis, Case, Radiograph
from cases.models.radiograph import private_storage
from tests.cases.views.conftest import SignIn
from tests.factories import phantom


def address(radiograph: Radiograph, rendition: str) -> str:
    return f"/radiographs/{radiograph.pk}/{rendition}"


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def radiograph(analysis: Analysis) -> Radiograph:
    return analysis.radiograph


@pytest.mark.parametrize(
    ("rendition", "shown"),
    [("canonical", "inline"), ("thumbnail", "inline"), ("original", "attachment")],
)
def test_a_rendition_is_sent_and_recorded(
    radiograph: Radiograph, reader: User, sign_in: SignIn, rendition: str, shown: str
) -> None:
    response = sign_in(reader).get(address(radiograph, rendition))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith(f"{shown}; filename=")
    image = Image.open(BytesIO(body(response)))
    assert image.size == (96, 128)
    record = AccessRecord.objects.get()
    assert (record.user, record.rendition) == (reader, rendition)
    assert (record.organization, record.radiograph) == (reader.organization, radiograph)


def test_a_thumbnail_is_small(radiograph: Radiograph, reader: User, sign_in: SignIn) -> None:
    radiograph.canonical.save("large.png", ContentFile(phantom(900, 1200)))
    response = sign_in(reader).get(address(radiograph, "thumbnail"))
    assert Image.open(BytesIO(body(response))).size == (144, 192)


def test_the_heatmap_is_sent_and_recorded(
    analysis: Analysis, reader: User, sign_in: SignIn
) -> None:
    client = sign_in(reader)
    assert client.get(f"/analyses/{analysis.pk}/heatmap").status_code == 404  # it has none
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    response = client.get(f"/analyses/{analysis.pk}/heatmap")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert body(response) == phantom()
    assert AccessRecord.objects.get().rendition == "heatmap"


def test_nobody_else_sees_an_image_and_no_record_is_left(
    radiograph: Radiograph, analysis: Analysis, stranger: User, sign_in: SignIn
) -> None:
    for path in (
        address(radiograph, "canonical"),
        address(radiograph, "thumbnail"),
        f"/analyses/{analysis.pk}/heatmap",
    ):
        assert sign_in(stranger).get(path).status_code == 404
        assert Client().get(path).status_code == 302
    assert not AccessRecord.objects.exists()


@pytest.mark.parametrize("rendition", ["heatmap", "deep", "everything", "canonical.png"])
def test_what_there_is_not_is_not_found(
    radiograph: Radiograph, reader: User, sign_in: SignIn, rendition: str
) -> None:
    assert sign_in(reader).get(address(radiograph, rendition)).status_code == 404
    assert not AccessRecord.objects.exists()


def test_a_file_that_is_gone_is_not_found(
    radiograph: Radiograph, reader: User, sign_in: SignIn
) -> None:
    private_storage().delete(str(radiograph.canonical.name))
    client = sign_in(reader)
    assert client.get(address(radiograph, "canonical")).status_code == 404
    assert client.get(address(radiograph, "thumbnail")).status_code == 404
    assert not AccessRecord.objects.exists()


def test_what_was_withdrawn_is_not_sent_any_more(
    radiograph: Radiograph, owner: User, operator: User, sign_in: SignIn
) -> None:
    moment = timezone.now()
    Case.objects.update(status="withdrawn", withdrawn_at=moment, withdrawal_reason="wrong patient")
    for person in (owner, operator):
        assert sign_in(person).get(address(radiograph, "canonical")).status_code == 404
