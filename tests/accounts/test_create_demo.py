"""The demo's organizations and sign-ins: made once, with new passwords, kept to oneself."""

from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from pytest_django import Settings

from accounts.models import Organization, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def test_each_role_has_a_sign_in_that_works(folder: Path, rf: RequestFactory) -> None:
    call_command("create_demo", verbosity=0)
    kept = folder / "demo-sign-ins.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    rows = [line.split()[-2:] for line in kept.read_text().splitlines()]
    people = []
    for email, password in rows:
        person = authenticate(rf.post("/"), username=email, email=email, password=password)
        assert isinstance(person, User)
        validate_password(password, person)
        people.append(person)
    assert [person.role for person in people] == [
        User.Role.CLINICIAN,
        User.Role.PARTNER,
        User.Role.ORGANIZATION_ADMINISTRATOR,
        User.Role.ORGANIZATION_ADMINISTRATOR,
        "",
    ]
    assert [person.is_operator for person in people] == [False, False, False, False, True]
    assert people[1].organization == people[3].organization != people[2].organization


def test_the_hospital_reads_for_the_partner() -> None:
    call_command("create_demo", verbosity=0)
    hospital = Organization.objects.get(kind=Organization.Kind.HOSPITAL)
    partner = Organization.objects.get(kind=Organization.Kind.PARTNER)
    assert partner.default_reading_organization == hospital
    assert User.objects.get(role=User.Role.PARTNER).organization == partner


def test_a_second_time_changes_nothing(folder: Path) -> None:
    call_command("create_demo", verbosity=0)
    before = (folder / "demo-sign-ins.txt").read_text()
    hashes = list(User.objects.order_by("pk").values_list("password"))
    call_command("create_demo", verbosity=0)
    assert (folder / "demo-sign-ins.txt").read_text() == before
    assert list(User.objects.order_by("pk").values_list("password")) == hashes
    assert Organization.objects.count() == 2


def test_passwords_differ_each_time(folder: Path) -> None:
    words = []
    for _ in range(2):
        call_command("create_demo", verbosity=0)
        words += [
            line.split()[-1] for line in (folder / "demo-sign-ins.txt").read_text().splitlines()
        ]
        User.objects.all().delete()
        Organization.objects.filter(kind=Organization.Kind.PARTNER).delete()
        Organization.objects.all().delete()
    assert len(set(words)) == 10


def test_it_refuses_where_the_settings_want_no_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="no demo people"):
        call_command("create_demo")
    assert not User.objects.exists()
