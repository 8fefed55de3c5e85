"""The page of one radiograph in the administration: what it says of an earlier one."""

from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from cases.models import Radiograph
from tests.factories import CaseFactory, RadiographFactory


def sent_twice(owner: User, first: Organization, then: Organization) -> tuple[str, str]:
    """A partner sends one file to two readers: addresses of the earlier and of the later one."""
    earlier: Radiograph | None = None
    for reads in (first, then):
        case = CaseFactory(submitting_organization=owner.organization, reading_organization=reads)
        row = RadiographFactory(case=case, same_file_as=earlier)
        earlier = earlier or row
    assert earlier
    name = "admin:cases_radiograph_change"
    return reverse(name, args=[earlier.pk]), reverse(name, args=[row.pk])


def test_that_a_file_was_seen_before_is_told_to_who_may_see_where(
    client: Client,
    owner: User,
    elsewhere: Organization,
    hospital: Organization,
    reading_administrator: User,
    administrator: User,
    operator: User,
) -> None:
    earlier, later = sent_twice(owner, elsewhere, hospital)
    for person, told in ((reading_administrator, False), (administrator, True), (operator, True)):
        client.force_login(person)
        page = client.get(later)
        assert page.status_code == 200
        assert (earlier in page.content.decode()) is told


def test_within_ones_own_reach_it_is_a_link(
    client: Client, owner: User, hospital: Organization, reading_administrator: User
) -> None:
    earlier, later = sent_twice(owner, hospital, hospital)
    client.force_login(reading_administrator)
    assert f'href="{earlier}"' in client.get(later).content.decode()
