"""Invitations: single use, a week, hashed, into one's own organization."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.errors import AccountError
from accounts.models import Invitation, Organization, User
from tests.accounts.helpers import is_signed_in, links_in
from tests.factories import UserFactory

Role = User.Role
GOOD = "seven-quiet-harbours"


def test_only_the_hash_of_a_token_is_kept(reading_administrator: User) -> None:
    invitation, token = services.invite(
        inviter=reading_administrator, email=" New@Harbour.example ", role=Role.CLINICIAN
    )
    assert invitation.email == "new@harbour.example"
    assert len(token) >= 43  # 32 bytes
    kept = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert token not in str(kept)


def test_accepting_makes_the_person_once(reading_administrator: User) -> None:
    _, token = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.SUPERVISING_READER
    )
    person = services.accept(token=token, name="  Nora New ", password=GOOD)
    assert (person.name, person.role) == ("Nora New", Role.SUPERVISING_READER)
    assert person.organization == reading_administrator.organization
    assert person.check_password(GOOD)
    assert not person.is_superuser
    with pytest.raises(AccountError, match="not valid"):
        services.accept(token=token, name="Second", password=GOOD)


def test_a_weak_password_leaves_the_invitation_valid(reading_administrator: User) -> None:
    _, token = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN
    )
    for weak in ("short", "1234567890", "password123", "new@harbour.example"):
        with pytest.raises(ValidationError):
            services.accept(token=token, name="Nora", password=weak)
    assert services.accept(token=token, name="Nora", password=GOOD)


@pytest.mark.parametrize("days", [7, 30])
def test_it_expires(reading_administrator: User, days: int) -> None:
    _, token = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN
    )
    with (
        time_machine.travel(timezone.now() + timedelta(days=days, seconds=1)),
        pytest.raises(AccountError),
    ):
        services.accept(token=token, name="Late", password=GOOD)
    assert services.accept(token=token, name="In time", password=GOOD)


def test_a_revoked_one_and_a_replaced_one_open_nothing(reading_administrator: User) -> None:
    first, old = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN
    )
    second, new = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN
    )
    with pytest.raises(AccountError):
        services.accept(token=old, name="Nora", password=GOOD)
    assert services.revoke(invitation=second, actor=reading_administrator)
    assert not services.revoke(invitation=second, actor=reading_administrator)
    with pytest.raises(AccountError):
        services.accept(token=new, name="Nora", password=GOOD)
    first.refresh_from_db()
    assert (first.state, Invitation.objects.get(pk=second.pk).state) == ("revoked", "revoked")


def test_administrators_invite_into_their_own_organization_only(
    administrator: User, hospital: Organization, operator: User
) -> None:
    with pytest.raises(PermissionDenied):
        services.invite(
            inviter=administrator, email="x@y.example", role=Role.CLINICIAN, organization=hospital
        )
    invitation, _ = services.invite(
        inviter=operator, email="x@y.example", role=Role.CLINICIAN, organization=hospital
    )
    assert invitation.organization == hospital
    with pytest.raises(PermissionDenied):
        services.invite(inviter=operator, email="x@y.example", role=Role.CLINICIAN)
    with pytest.raises(PermissionDenied):
        services.revoke(invitation=invitation, actor=administrator)


@pytest.mark.parametrize("person", ["owner", "colleague", "reader", "stranger"])
def test_nobody_else_invites(person: str, request: pytest.FixtureRequest) -> None:
    inviter: User = request.getfixturevalue(person)
    with pytest.raises(PermissionDenied):
        services.invite(inviter=inviter, email="x@y.example", role=Role.CLINICIAN)


def test_roles_follow_the_kind_of_organization(
    administrator: User, reading_administrator: User
) -> None:
    with pytest.raises(AccountError, match="role"):
        services.invite(inviter=administrator, email="x@y.example", role=Role.CLINICIAN)
    with pytest.raises(AccountError, match="role"):
        services.invite(inviter=reading_administrator, email="x@y.example", role=Role.PARTNER)
    with pytest.raises(AccountError, match="role"):
        services.invite(inviter=reading_administrator, email="x@y.example", role="superuser")
    services.invite(inviter=administrator, email="x@y.example", role=Role.PARTNER)


def test_that_others_have_an_address_is_said_only_to_whom_it_belongs(
    reading_administrator: User, stranger: User, reader: User
) -> None:
    with pytest.raises(AccountError, match="colleague"):
        services.invite(inviter=reading_administrator, email=reader.email, role=Role.CLINICIAN)
    _, token = services.invite(
        inviter=reading_administrator, email=stranger.email, role=Role.CLINICIAN
    )
    with pytest.raises(AccountError, match="already an account"):
        services.accept(token=token, name="Twice", password=GOOD)
    stranger.refresh_from_db()
    assert stranger.organization != reading_administrator.organization
    assert Invitation.objects.get().state == "open"


def test_a_closed_organization_takes_nobody_in(reading_administrator: User, operator: User) -> None:
    _, token = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN
    )
    hospital = reading_administrator.organization
    assert hospital is not None
    Organization.objects.filter(pk=hospital.pk).update(is_active=False)
    hospital.refresh_from_db()
    with pytest.raises(AccountError):
        services.accept(token=token, name="Nora", password=GOOD)
    with pytest.raises(AccountError, match="closed"):
        services.invite(
            inviter=operator, email="y@x.example", role=Role.CLINICIAN, organization=hospital
        )


@pytest.mark.usefixtures("several_connections")
def test_of_two_who_press_at_once_one_gets_in() -> None:
    administrator = UserFactory(role=Role.ORGANIZATION_ADMINISTRATOR)
    _, token = services.invite(inviter=administrator, email="n@x.example", role=Role.CLINICIAN)
    together = threading.Barrier(2)
    outcomes: list[str] = []

    def press() -> None:
        from django.db import connection

        together.wait()
        try:
            services.accept(token=token, name="N", password=GOOD)
            outcomes.append("in")
        except AccountError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "invitation_over"]


def test_the_whole_way_from_the_form_to_being_signed_in(
    client: Client, reading_administrator: User
) -> None:
    client.force_login(reading_administrator)
    shown = client.post(
        reverse("organization_invite"), {"email": "new@harbour.example", "role": Role.CLINICIAN}
    )
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    [letter] = mail.outbox
    [link] = links_in(letter.body)
    assert letter.to == ["new@harbour.example"]
    assert link in shown.content.decode()
    assert link not in client.get(reverse("organization")).content.decode()

    newcomer = Client()
    assert newcomer.get(link).status_code == 200
    different = newcomer.post(
        link, {"name": "Nora", "password": GOOD, "password_again": GOOD + "x"}
    )
    assert "not the same" in different.content.decode()
    weak = newcomer.post(link, {"name": "Nora", "password": "short", "password_again": "short"})
    assert "too short" in weak.content.decode()
    joined = newcomer.post(link, {"name": "Nora", "password": GOOD, "password_again": GOOD})
    assert (joined.status_code, joined["Location"]) == (302, "/")
    assert is_signed_in(newcomer)
    assert Client().get(link).status_code == 404


def test_someone_signed_in_is_not_turned_into_the_invited_person(
    client: Client, reading_administrator: User, stranger: User
) -> None:
    _, token = services.invite(
        inviter=reading_administrator, email="new@harbour.example", role=Role.CLINICIAN
    )
    client.force_login(stranger)
    page = client.post(
        reverse("invitation", args=[token]),
        {"name": "N", "password": GOOD, "password_again": GOOD},
    )
    assert "signed in already" in page.content.decode()
    assert not User.objects.filter(email="new@harbour.example").exists()


def test_a_mail_server_that_is_down_costs_the_letter_only(
    client: Client, reading_administrator: User, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    client.force_login(reading_administrator)
    shown = client.post(
        reverse("organization_invite"), {"email": "new@harbour.example", "role": Role.CLINICIAN}
    )
    assert shown.status_code == 200
    assert "did not take the letter" in shown.content.decode()
