"""The people of an organization, for its administrator."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Invitation, Organization, User
from tests.accounts.helpers import is_signed_in, sign_in
from tests.factories import OrganizationFactory, UserFactory

Role = User.Role


def test_shows_the_own_people_and_nobody_else(
    client: Client, reading_administrator: User, reader: User, stranger: User, owner: User
) -> None:
    client.force_login(reading_administrator)
    text = client.get(reverse("organization")).content.decode()
    assert reader.email in text
    assert stranger.email not in text
    assert owner.email not in text


def test_another_organization_is_not_there(
    client: Client, reading_administrator: User, elsewhere: Organization
) -> None:
    client.force_login(reading_administrator)
    page = reverse("organization")
    for of in (elsewhere.pk, uuid.uuid4(), "no-uuid", "' OR 1=1"):
        assert client.get(page, {"of": str(of)}).status_code == 404
        invited = client.post(
            reverse("organization_invite"),
            {"of": str(of), "email": "x@y.example", "role": "clinician"},
        )
        assert invited.status_code == 404
    assert not Invitation.objects.exists()


def test_the_operator_chooses_one(
    client: Client, operator: User, reader: User, stranger: User
) -> None:
    client.force_login(operator)
    page = reverse("organization")
    text = client.get(page, {"of": str(stranger.organization_id)}).content.decode()
    assert stranger.email in text
    assert reader.email not in text
    invited = client.post(
        reverse("organization_invite"),
        {"of": str(stranger.organization_id), "email": "x@y.example", "role": "clinician"},
    )
    assert invited.status_code == 200
    assert Invitation.objects.get().organization == stranger.organization


def test_a_platform_without_organizations(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert "no organization yet" in client.get(reverse("organization")).content.decode()
    nothing = {"email": "x@y.example", "role": "clinician"}
    assert client.post(reverse("organization_invite"), nothing).status_code == 404


def test_deactivating_and_reactivating(
    client: Client, reading_administrator: User, reader: User
) -> None:
    ward = Client()
    sign_in(ward, reader)
    client.force_login(reading_administrator)
    client.post(reverse("organization_deactivate", args=[reader.pk]))
    assert not is_signed_in(ward)
    assert "Closed" in client.get(reverse("organization")).content.decode()
    client.post(reverse("organization_reactivate", args=[reader.pk]))
    sign_in(ward, reader)
    assert is_signed_in(ward)


def test_changing_a_role(client: Client, reading_administrator: User, reader: User) -> None:
    client.force_login(reading_administrator)
    address = reverse("organization_change_role", args=[reader.pk])
    client.post(address, {"role": Role.SUPERVISING_READER})
    assert User.objects.get(pk=reader.pk).role == Role.SUPERVISING_READER
    page = client.post(address, {"role": "operator"}, follow=True)
    assert "no people of that role" in page.content.decode()


@pytest.mark.parametrize(
    "change",
    ["organization_deactivate", "organization_reactivate", "organization_change_role"],
)
def test_oneself_others_and_operators_are_not_there(
    client: Client, reading_administrator: User, stranger: User, operator: User, change: str
) -> None:
    client.force_login(reading_administrator)
    for person in (reading_administrator, stranger, operator):
        answer = client.post(reverse(change, args=[person.pk]), {"role": Role.CLINICIAN})
        assert answer.status_code == 404
        kept = User.objects.get(pk=person.pk)
        assert (kept.is_active, kept.role) == (True, person.role)


def test_revoking(client: Client, reading_administrator: User, administrator: User) -> None:
    invitation, _ = services.invite(
        inviter=reading_administrator, email="x@y.example", role=Role.CLINICIAN
    )
    address = reverse("organization_revoke", args=[invitation.pk])
    client.force_login(administrator)
    assert client.post(address).status_code == 404
    client.force_login(reading_administrator)
    assert "x@y.example" in client.get(reverse("organization")).content.decode()
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 404
    assert Invitation.objects.get().state == "revoked"


def test_a_form_that_is_wrong_says_so_in_place(client: Client, reading_administrator: User) -> None:
    client.force_login(reading_administrator)
    address = reverse("organization_invite")
    for wrong in (
        {"email": "no address", "role": "clinician"},
        {"email": "x@y.example", "role": "partner"},
        {"email": reading_administrator.email, "role": "clinician"},
    ):
        page = client.post(address, wrong)
        assert page.status_code == 422
        assert "error" in page.content.decode()
    assert not Invitation.objects.exists()


def test_queries_do_not_grow_with_the_people(
    client: Client, reading_administrator: User, django_assert_max_num_queries: object
) -> None:
    UserFactory.create_batch(30, organization=reading_administrator.organization)
    OrganizationFactory.create_batch(5)
    client.force_login(reading_administrator)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get(reverse("organization"))


def test_how_cases_are_read(
    client: Client, reading_administrator: User, administrator: User, reader: User
) -> None:
    client.force_login(reading_administrator)
    assert "How cases are read" in client.get(reverse("organization")).content.decode()
    address = reverse("organization_reading")
    client.post(address, {"read_first": "on", "overdue_after_minutes": "90"})
    hospital = reading_administrator.organization
    assert hospital is not None
    hospital.refresh_from_db()
    assert (hospital.read_first, hospital.overdue_after_minutes) == (True, 90)
    wrong = client.post(address, {"overdue_after_minutes": "0"})
    assert wrong.status_code == 422
    assert "greater than or equal to 1" in wrong.content.decode()
    hospital.refresh_from_db()
    assert (hospital.read_first, hospital.overdue_after_minutes) == (True, 90)
    client.post(address, {"overdue_after_minutes": "1440"})
    hospital.refresh_from_db()
    assert not hospital.read_first
    client.force_login(administrator)
    assert client.post(address, {"of": str(hospital.pk)}).status_code == 404
    # Partners read nothing: nobody asks them how.
    assert "How cases are read" not in client.get(reverse("organization")).content.decode()
    with pytest.raises(PermissionDenied):
        services.change_reading(
            organization=hospital, actor=reader, read_first=True, overdue_after_minutes=1
        )
