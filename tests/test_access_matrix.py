"""Who is answered what, for every address of the site; and the headers of every answer."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts import services
from accounts.models import User
from accounts.scoped_admin import ScopedAdmin
from cases.models import AccessRecord, CaseEvent, Worker
from cases.models.radiograph import private_storage
from cases.services.resumable import begin
from cases.services.webhooks.endpoints import create_endpoint, send_test
from tests.access_rows import ADMIN_SIGN_IN, DONE, PEOPLE, SIGN_IN, Row
from tests.access_table import ROWS as PAGES
from tests.api_access_table import API
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, phantom

ROWS = [*PAGES, *API]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"}
# A script or style in the page itself: the policy would not run it.
SCRIPT = rb"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")"
INLINE = re.compile(SCRIPT + rb"|<style|\sstyle=|\son[a-z]+=\"", re.IGNORECASE)


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here


@pytest.fixture
def world(db: None, request: pytest.FixtureRequest) -> dict[str, object]:
    """One case that `owner` submitted and `hospital` reads, with everything that hangs on it."""
    people = {name: request.getfixturevalue(name) for name in PEOPLE if name != "anonymous"}
    sender, hospital = people["owner"].organization, people["reader"].organization
    model_version = request.getfixturevalue("model_version")
    model_version.manifest = {"files": {"roc.png": "5d" * 32, "model.tflite": "ab" * 32}}
    model_version.save()
    if not private_storage().exists(plot := f"models/{'5d' * 32}.png"):
        private_storage().save(plot, ContentFile(phantom()))
    case = CaseFactory(
        submitting_organization=sender, reading_organization=hospital, submitted_by=people["owner"]
    )
    radiograph = RadiographFactory(case=case)
    analysis = AnalysisFactory(
        radiograph=radiograph,
        model_version=model_version,
        succeeded=True,
        heatmap=ContentFile(phantom(), "heatmap.png"),
    )
    invitation, token = services.invite(
        inviter=people["administrator"], email="new@island.example", role=User.Role.PARTNER
    )
    worker = Worker.objects.create(
        name="inference@here",
        kind=Worker.Kind.INFERENCE,
        started_at=timezone.now(),
        seen_at=timezone.now(),
    )
    event = CaseEvent.objects.create(case=case, kind=CaseEvent.Kind.RECEIVED)
    record = AccessRecord.objects.create(
        user=people["owner"], organization=sender, radiograph=radiograph, rendition="canonical"
    )
    endpoint, _secret = create_endpoint(
        organization=sender,
        actor=people["administrator"],
        url="https://receiver.example/",
        event_types=["case.finished"],
    )
    delivery = send_test(endpoint=endpoint, actor=people["administrator"])
    key, _text = services.create_key(
        organization=sender, name="gateway", scopes=["read"], actor=None
    )
    upload = begin(owner=people["owner"], length=3, name="hand.png")
    rows = {
        "apikey": key,
        "case": case,
        "upload": upload,
        "webhookendpoint": endpoint,
        "webhookdelivery": delivery,
        "radiograph": radiograph,
        "analysis": analysis,
        "modelversion": model_version,
        "model_version": model_version,
        "invitation": invitation,
        "person": people["owner"],
        "user": people["owner"],
        "organization": sender,
        "sender": sender,
        "worker": worker,
        "caseevent": event,
        "accessrecord": record,
    }
    return {
        "people": people,
        "token": token,
        "nothing": uuid.uuid4(),
        **{name: row.pk for name, row in rows.items()},
    }


def client_of(world: dict[str, Any], person: str, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    if person != "anonymous":
        client.force_login(world["people"][person])
    return client


def ask(client: Client, world: dict[str, Any], row: Row) -> HttpResponse:
    """The answer; whatever it changed is taken back."""
    with transaction.atomic():
        response: Any = getattr(client, row.method)(row.address.format(**world))
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response  # type: ignore[no-any-return]


def outcome(response: HttpResponse) -> int | str:
    target = response.get("Location", "")
    if target.startswith("/account/login/"):
        return SIGN_IN
    if target.startswith("/admin/login/"):
        return ADMIN_SIGN_IN
    return response.status_code


def test_every_address_has_a_row() -> None:
    missing = set(routes(get_resolver().url_patterns)) - {row.route for row in ROWS}
    assert not missing
    gone = {row.route for row in ROWS} - set(routes(get_resolver().url_patterns))
    assert not gone


def test_every_administration_page_is_scoped() -> None:
    assert all(isinstance(page, ScopedAdmin) for page in admin.site._registry.values())


@pytest.mark.parametrize("person", PEOPLE)
def test_who_is_answered_what(person: str, world: dict[str, Any]) -> None:
    wrong = []
    for row in ROWS:
        client = client_of(world, person)
        got, expected = outcome(ask(client, world, row)), row.answers[person]
        fits = got in {200, 302, 422} if expected == DONE else got == expected
        if not fits:
            wrong.append(f"{row.method.upper()} {row.address}: {got}, expected {expected}")
    assert not wrong, "\n".join(wrong)


DOCS = "/api/v1/docs/"
"""The one page whose scripts set styles; no script of it may be inline either."""


def complaints(response: HttpResponse) -> Iterator[str]:
    """What is wrong with the headers of an answer, or in its markup under the policy it carries."""
    said = response.get("Content-Security-Policy", "")
    if response.wsgi_request.path == DOCS:  # type: ignore[attr-defined]  # of the test client
        said = said.replace("style-src 'self' 'unsafe-inline'", "style-src 'self'")
    policy = said.split("; ")
    yield from (
        f"{name} is {response.get(name)}" for name in HEADERS if response.get(name) != HEADERS[name]
    )
    yield from (f"no {directive}" for directive in POLICY - set(policy))
    yield from (directive for directive in policy if "unsafe" in directive)
    if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
        yield from (f"inline {found!r}" for found in INLINE.findall(response.content))
    if response.status_code >= 500:
        yield "an error of ours"


@pytest.mark.parametrize("person", ["owner", "operator", "anonymous"])
def test_every_answer_carries_the_headers(person: str, world: dict[str, Any]) -> None:
    wrong = [
        f"{row.method.upper()} {row.address}: {complaint}"
        for row in ROWS
        for complaint in complaints(ask(client_of(world, person), world, row))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_form_is_taken_without_its_token(world: dict[str, Any]) -> None:
    posts = [row for row in ROWS if row.method == "post" and row.answers["operator"] == DONE]
    assert len(posts) >= 8
    client = client_of(world, "operator", enforce_csrf_checks=True)
    taken = [row.address for row in posts if ask(client, world, row).status_code != 403]
    assert not taken
