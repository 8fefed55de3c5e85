"""Whose webhooks a key or a person administers over the API, and that nothing else opens."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts import selectors, services
from accounts.models import ApiKey, Organization, User
from cases.models import WebhookEndpoint
from tests.cases.api.calling import Caller, caller, codes, make_key
from tests.cases.api.hooks import NEW, address, operations


def test_another_organization_finds_nothing(
    made: dict[str, Any],
    administering: Caller,
    hospital: Organization,
    reading_administrator: User,
) -> None:
    sent = administering.post(address(made, "test/")).json()
    before = WebhookEndpoint.objects.values().get()
    browser = Client()
    browser.force_login(reading_administrator)
    for program in (caller(hospital, "admin"), Caller(client=browser)):
        assert program.get("webhooks/").json() == {"results": []}
        for method, path, body in operations(made, sent["id"]):
            response = getattr(program, method)(path, body)
            assert (response.status_code, codes(response)) == (404, {None: "not_found"}), path
    assert WebhookEndpoint.objects.values().get() == before


def test_a_key_without_the_scope(made: dict[str, Any], sender: Organization) -> None:
    program = caller(sender, "submit", "read")
    everything = [*operations(made, uuid4()), ("get", "webhooks/", None)]
    for method, path, body in [*everything, ("post", "webhooks/", NEW)]:
        response = getattr(program, method)(path, body)
        assert (response.status_code, codes(response)) == (403, {None: "scope_missing"}), path


def test_people(made: dict[str, Any], administrator: User, owner: User, operator: User) -> None:
    people = {administrator: (200, 201, 200), operator: (200, 403, 200), owner: (403, 403, 404)}
    for person, expected in people.items():
        browser = Client()
        browser.force_login(person)
        program = Caller(client=browser)
        got = (
            program.get("webhooks/").status_code,
            program.post("webhooks/", NEW).status_code,
            program.patch(address(made), {"description": "x"}).status_code,
        )
        assert got == expected, person


def test_a_session_needs_the_forms_token(made: dict[str, Any], administrator: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(administrator)
    program = Caller(client=browser)
    for method, path, body in operations(made, uuid4()):
        if method != "get":
            response = getattr(program, method)(path, body)
            assert (response.status_code, codes(response)) == (403, {None: "permission_denied"})
    browser.get("/organization/webhooks/")
    token = {"X_CSRFToken": browser.cookies["csrftoken"].value}
    assert program.patch(address(made), {"is_active": False}, **token).status_code == 200


def test_an_admin_key_opens_nothing_else(
    sender: Organization, administrator: User, owner: User
) -> None:
    key, text = make_key(sender, "admin")
    account = User.objects.get(pk=key.account_id)
    browser, headers = Client(), {"Authorization": f"Bearer {text}"}
    pages = ("/organization/", "/organization/webhooks/", "/organization/keys/", "/admin/")
    for signed_in in (False, True):
        if signed_in:
            browser.force_login(account)
        for page in pages:
            response = browser.get(page, headers=headers)
            assert response.status_code == 302, page
            assert "/login/" in response["Location"]
    assert not account.is_staff
    assert not selectors.administered_people(account).exists()
    assert not selectors.administered_keys(account).exists()
    for attempt in (
        lambda: services.create_key(
            organization=sender, name="more", scopes=["admin"], actor=account
        ),
        lambda: services.revoke_key(key=key, actor=account),
        lambda: services.invite(
            inviter=account, email="new@island.example", role=User.Role.PARTNER
        ),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert ApiKey.objects.count() == 1
