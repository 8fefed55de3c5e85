"""People, organizations and invitations in the administration pages."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Invitation, Organization, User
from accounts.scoped_admin import ScopedAdmin
from tests.accounts.helpers import is_signed_in, sign_in

Role = User.Role


def change(client: Client, person: User, **fields: str) -> int:
    """Fills in the person's form as the page shows it, but for `fields`."""
    current = {"name": person.name, "role": person.role, "is_active": "on"}
    address = reverse("admin:accounts_user_change", args=[person.pk])
    return client.post(address, {**current, **fields}).status_code


def test_only_our_own_records_are_administered() -> None:
    """Packages would show seeds of the second step and session keys."""
    assert {model._meta.app_label for model in admin.site._registry} == {"accounts", "cases"}


def test_administrators_see_their_own(
    client: Client, reading_administrator: User, reader: User, stranger: User, owner: User
) -> None:
    services.invite(inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN)
    client.force_login(reading_administrator)
    pages = {
        name: client.get(reverse(f"admin:accounts_{name}_changelist")).content.decode()
        for name in ("user", "organization", "invitation")
    }
    assert reader.email in pages["user"]
    assert "new@harbour.example" in pages["invitation"]
    assert "Harbour Hospital" in pages["organization"]
    for text in pages.values():
        for foreign in (stranger.email, owner.email, "Elsewhere Clinic", "Island Telemedicine"):
            assert foreign not in text


def test_the_operator_sees_all(
    client: Client, operator: User, reader: User, stranger: User
) -> None:
    client.force_login(operator)
    text = client.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert reader.email in text
    assert stranger.email in text
    assert operator.email in text


def test_changing_a_person(client: Client, reading_administrator: User, reader: User) -> None:
    client.force_login(reading_administrator)
    assert change(client, reader, name="Rita", role=Role.SUPERVISING_READER) == 302
    changed = User.objects.get(pk=reader.pk)
    assert (changed.name, changed.role) == ("Rita", Role.SUPERVISING_READER)


def test_deactivating_here_ends_the_sessions_too(
    client: Client, reading_administrator: User, reader: User
) -> None:
    ward = Client()
    sign_in(ward, reader)
    client.force_login(reading_administrator)
    assert change(client, reader, is_active="") == 302
    assert not is_signed_in(ward)
    reader.refresh_from_db()
    assert not reader.is_active
    assert change(client, reader, is_active="on") == 302
    assert not is_signed_in(ward)


def test_nobody_is_made_more_than_they_may_be(
    client: Client, reading_administrator: User, reader: User, elsewhere: Organization
) -> None:
    client.force_login(reading_administrator)
    forged = {
        "is_superuser": "on",
        "organization": str(elsewhere.pk),
        "email": "x@y.example",
        "password": "x",
        "user_permissions": "1",
    }
    assert change(client, reader, **forged) == 302
    changed = User.objects.get(pk=reader.pk)
    assert (changed.is_superuser, changed.organization, changed.email, changed.password) == (
        False,
        reader.organization,
        reader.email,
        reader.password,
    )
    for role in (Role.PARTNER, "operator", ""):
        assert change(client, reader, role=role) == 200  # the form again, with its error
    assert User.objects.get(pk=reader.pk).role == Role.CLINICIAN


@pytest.mark.parametrize(
    ("person", "expected"),
    [("reading_administrator", 403), ("operator", 403), ("stranger", 403), ("administrator", 403)],
)
def test_whom_an_administrator_does_not_change(
    client: Client,
    reading_administrator: User,
    person: str,
    expected: int,
    request: pytest.FixtureRequest,
) -> None:
    client.force_login(reading_administrator)
    target: User = request.getfixturevalue(person)
    assert change(client, target, name="Changed") in {expected, 404}
    assert User.objects.get(pk=target.pk).name != "Changed"


def test_the_operators_account_is_not_changed_here(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert change(client, operator, name="Changed") == 403
    page = reverse("admin:accounts_user_change", args=[operator.pk])
    assert client.get(page).status_code == 200


def test_organizations_are_the_operators(
    client: Client, reading_administrator: User, operator: User, hospital: Organization
) -> None:
    address = reverse("admin:accounts_organization_change", args=[hospital.pk])
    form = {"name": "Renamed", "kind": "hospital", "overdue_after_minutes": "60"}
    client.force_login(reading_administrator)
    assert client.get(address).status_code == 200
    assert client.post(address, form).status_code == 403
    assert client.post(reverse("admin:accounts_organization_add"), form).status_code == 403
    client.force_login(operator)
    assert client.post(address, {**form, "is_active": "on"}).status_code == 302
    added = {**form, "name": "New", "is_active": "on"}
    assert client.post(reverse("admin:accounts_organization_add"), added).status_code == 302
    assert set(Organization.objects.values_list("name", flat=True)) == {"Renamed", "New"}


@pytest.mark.parametrize("model", ["user", "organization", "invitation"])
def test_nobody_is_deleted_here(client: Client, operator: User, reader: User, model: str) -> None:
    invitation, _ = services.invite(
        inviter=operator, organization=reader.organization, email="n@x.example", role=reader.role
    )
    row = {"user": reader, "organization": reader.organization, "invitation": invitation}[model]
    assert row is not None
    client.force_login(operator)
    address = reverse(f"admin:accounts_{model}_delete", args=[row.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403
    listing = reverse(f"admin:accounts_{model}_changelist")
    client.post(
        listing, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    )
    assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("page", "lookup"),
    [
        ("user", "password__startswith"),
        ("user", "password"),
        ("invitation", "token_sha256__startswith"),
        ("invitation", "invited_by__password__startswith"),
    ],
)
def test_hashes_are_not_guessed_letter_by_letter(
    client: Client, reading_administrator: User, page: str, lookup: str
) -> None:
    client.force_login(reading_administrator)
    answer = client.get(reverse(f"admin:accounts_{page}_changelist"), {lookup: "a"})
    assert answer.status_code == 400


def test_an_invitation_is_looked_at_only(client: Client, reading_administrator: User) -> None:
    invitation, token = services.invite(
        inviter=reading_administrator, email="n@x.example", role=Role.CLINICIAN
    )
    client.force_login(reading_administrator)
    address = reverse("admin:accounts_invitation_change", args=[invitation.pk])
    page = client.get(address).content.decode()
    assert Invitation.objects.get().token_sha256 not in page
    assert token not in page
    assert client.post(address, {"role": Role.ORGANIZATION_ADMINISTRATOR}).status_code == 403


def test_choices_end_at_the_organization(
    rf: Any, reading_administrator: User, operator: User, reader: User, stranger: User
) -> None:
    """Of organizations and people; of a model that the page does not know there are none."""
    page = admin.site._registry[User]
    assert isinstance(page, ScopedAdmin)
    request = rf.get("/")
    fields: list[Any] = [
        User._meta.get_field("organization"),
        Invitation._meta.get_field("invited_by"),
    ]
    for user, sees_all in ((reading_administrator, False), (operator, True)):
        request.user = user
        organizations, people = (
            set(page.formfield_for_foreignkey(field, request).queryset) for field in fields
        )
        assert (stranger.organization in organizations, stranger in people) == (sees_all, sees_all)
        assert reader in people
    request.user = reading_administrator
    other: Any = Permission._meta.get_field("content_type")
    assert not page.formfield_for_foreignkey(other, request).queryset.exists()
