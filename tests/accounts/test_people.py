"""Changes of people: who may make them, and that a closed account is closed at once."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.errors import AccountError
from accounts.models import Organization, User
from tests.accounts.helpers import is_signed_in, sign_in
from tests.factories import UserFactory

Role = User.Role


def test_deactivating_ends_every_session_at_once_and_for_good(
    reader: User, reading_administrator: User
) -> None:
    ward, phone = Client(), Client()
    sign_in(ward, reader)
    sign_in(phone, reader)
    assert is_signed_in(ward)
    assert is_signed_in(phone)
    services.deactivate(person=reader, actor=reading_administrator)
    assert not is_signed_in(ward)
    assert not is_signed_in(phone)
    assert not UserSession.objects.filter(user=reader).exists()
    services.reactivate(person=reader, actor=reading_administrator)
    assert not is_signed_in(ward)
    sign_in(phone, reader)
    assert is_signed_in(phone)


def test_closing_an_organization_shuts_its_people_out(client: Client, reader: User) -> None:
    sign_in(client, reader)
    Organization.objects.filter(people=reader).update(is_active=False)
    assert not is_signed_in(client)
    refused = sign_in(Client(), reader)
    assert refused["Location"] == reverse("account_inactive")
    Organization.objects.filter(people=reader).update(is_active=True)
    assert sign_in(Client(), reader)["Location"] == "/"


def test_a_lost_phone(client: Client, reader: User, reading_administrator: User) -> None:
    Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
    sign_in(client, reader)
    assert not is_signed_in(client)  # the second step is asked for
    client.force_login(reading_administrator)
    page = reverse("organization")
    assert "Remove second step" in client.get(page).content.decode()
    client.post(reverse("organization_remove_second_step", args=[reader.pk]))
    assert "Remove second step" not in client.get(page).content.decode()
    own = Client()
    sign_in(own, reader)
    assert is_signed_in(own)


def test_removing_a_second_step_is_told_and_signs_out(
    reader: User,
    reading_administrator: User,
    administrator: User,
    django_capture_on_commit_callbacks: Any,
) -> None:
    phone = Client()
    sign_in(phone, reader)
    Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})
    for actor in (administrator, reader):
        with pytest.raises(PermissionDenied):
            services.remove_second_step(person=reader, actor=actor)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.remove_second_step(person=reader, actor=reading_administrator)
        assert not services.remove_second_step(person=reader, actor=reading_administrator)
    assert not is_signed_in(phone)
    assert [letter.to for letter in mail.outbox] == [[reader.email]]


CHANGES = {
    "deactivate": {},
    "reactivate": {},
    "change_role": {"role": Role.CLINICIAN},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "actor", ["reader", "stranger", "owner", "colleague", "administrator", "partner"]
)
def test_only_their_own_administrator_changes_people(
    change: str, actor: str, reading_administrator: User, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(PermissionDenied):
        getattr(services, change)(
            person=reading_administrator, actor=request.getfixturevalue(actor), **CHANGES[change]
        )
    reading_administrator.refresh_from_db()
    assert reading_administrator.is_active
    assert reading_administrator.is_organization_administrator


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_changes_themselves_nor_an_operator(
    change: str, reading_administrator: User, operator: User
) -> None:
    other_operator = UserFactory(organization=None, role="", is_superuser=True)
    tries = [(reading_administrator, reading_administrator)]
    tries += [(operator, actor) for actor in (operator, other_operator, reading_administrator)]
    for person, actor in tries:
        with pytest.raises(PermissionDenied):
            getattr(services, change)(person=person, actor=actor, **CHANGES[change])


def test_roles_stay_within_the_kind_of_organization(
    reader: User, reading_administrator: User, operator: User
) -> None:
    services.change_role(
        person=reader, actor=reading_administrator, role=Role.ORGANIZATION_ADMINISTRATOR
    )
    assert User.objects.get(pk=reader.pk).is_staff
    for role in (Role.PARTNER, "", "operator"):
        with pytest.raises(AccountError):
            services.change_role(person=reader, actor=operator, role=role)


def test_a_deactivated_administrator_administers_nothing(
    reader: User, reading_administrator: User, operator: User
) -> None:
    services.deactivate(person=reading_administrator, actor=operator)
    with pytest.raises(PermissionDenied):
        services.deactivate(person=reader, actor=reading_administrator)


def test_names(reader: User, reading_administrator: User, administrator: User) -> None:
    services.rename(person=reader, actor=reader, name=" Rita ")
    services.rename(person=reader, actor=reading_administrator, name="Rita Reader")
    with pytest.raises(PermissionDenied):
        services.rename(person=reader, actor=administrator, name="X")
    assert User.objects.get(pk=reader.pk).name == "Rita Reader"
