"""Read first, for programs: a key of the reading organization is told nothing before one of its
clinicians has said what they see, however it asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, User
from cases.models import Analysis, Case, FirstImpression
from cases.services.impressions import record_impression
from tests.cases.api.calling import Caller, caller, codes
from tests.cases.views.withheld import (  # noqa: F401  (fixtures)
    NOW,
    answer,
    answered_cases,
    read_first,
    still,
)
from tests.factories import RadiographFactory, UserFactory

pytestmark = pytest.mark.usefixtures("read_first")


@pytest.fixture
def reading(hospital: Organization, read_first: Organization) -> Caller:  # noqa: F811
    return caller(hospital)


def hidden(analyses: list[Analysis]) -> Case:
    """One that nobody of the hospital has said anything of."""
    return analyses[4].radiograph.case


def _seen(program: Caller, analyses: list[Analysis]) -> list[Any]:
    """Everything that can be asked, answers and tags."""
    case = hidden(analyses)
    addresses = [
        "cases/",
        *(f"cases/?level={level}" for level in ("fracture", "no_fracture_found", "inconclusive")),
        "cases/?page_size=1",
        "cases/?read=false&page_size=2",
        f"cases/{case.pk}/",
        f"cases/{case.pk}/analyses/",
        f"cases/{case.pk}/reads/",
        f"analyses/{analyses[4].pk}/heatmap/",
    ]
    found: list[Any] = []
    for address in addresses:
        response = program.get(address)
        said = response.json()
        said.pop("request_id", None)
        found.append((address, response.status_code, response.get("ETag"), _without_told(said)))
    return found


def _without_told(said: Any) -> Any:
    """Of lists only what is withheld: the first two cases were read by a clinician."""
    if isinstance(said, dict) and said.get("results") and "url" in said["results"][0]:
        return {**said, "results": [one for one in said["results"] if one["withheld"]]}
    return said


def test_nothing_hangs_on_the_answer(reading: Caller, world: list[Analysis]) -> None:
    answer(world, turned=False)
    before = _seen(reading, world)
    answer(world, turned=True)
    assert _levels_hidden(_seen(reading, world)) == _levels_hidden(before)


def _levels_hidden(found: list[Any]) -> list[Any]:
    """The filter by level finds the told ones by their level, and never a withheld one."""
    return [
        (address, status, tag, [] if "level=" in address else said)
        for address, status, tag, said in found
    ]


def test_a_filter_by_level_finds_only_what_is_told(reading: Caller, world: list[Analysis]) -> None:
    answer(world, turned=False)
    for level in ("fracture", "no_fracture_found"):
        for one in reading.get("cases/", {"level": level}).json()["results"]:
            assert one["withheld"] is False


def test_what_is_said_in_place_of_it(reading: Caller, world: list[Analysis]) -> None:
    case = hidden(world)
    told = reading.get(f"cases/{case.pk}/").json()
    assert (told["level"], told["withheld"]) == (None, True)
    assert told["radiographs"][0]["answer"] == {
        "kind": "withheld",
        "statement": "Not shown yet. Say first what you see.",
        "note": "",
        "probability": None,
        "analysis": None,
        "pending": None,
    }
    for part in ("analyses", "reads"):
        said = reading.get(f"cases/{case.pk}/{part}/").json()
        assert said == {"withheld": True, "results": []}
    response = reading.get(f"analyses/{world[4].pk}/heatmap/")
    assert (response.status_code, codes(response)) == (404, {None: "not_found"})


def test_the_radiograph_itself_is_shown(reading: Caller, world: list[Analysis]) -> None:
    response = reading.get(f"radiographs/{world[4].radiograph_id}/canonical/")
    assert response.status_code == 200


def test_who_submitted_is_told(sending: Caller, world: list[Analysis]) -> None:
    told = sending.get(f"cases/{hidden(world).pk}/").json()
    assert told["withheld"] is False
    assert told["level"] is not None
    assert sending.get(f"analyses/{world[4].pk}/heatmap/").status_code == 200


def test_one_clinicians_impression_opens_it_for_the_key_and_not_for_a_colleague(
    reading: Caller, reader: User, colleagues: Caller, world: list[Analysis]
) -> None:
    case = hidden(world)
    seen = [world[4].radiograph_id]
    record_impression(case=case, reader=reader, conclusion="unsure", seen=seen)
    assert reading.get(f"cases/{case.pk}/").json()["withheld"] is False
    assert colleagues.get(f"cases/{case.pk}/").json()["withheld"] is True
    RadiographFactory(case=case, created_at=NOW + timedelta(minutes=1))
    assert reading.get(f"cases/{case.pk}/").json()["withheld"] is True


def test_an_impression_elsewhere_opens_nothing(
    reading: Caller, stranger: User, elsewhere: Organization, world: list[Analysis]
) -> None:
    case = hidden(world)
    FirstImpression.objects.create(
        case=case, reader=stranger, organization=elsewhere, conclusion="unsure"
    )
    assert reading.get(f"cases/{case.pk}/").json()["withheld"] is True


def test_a_read_opens_it_as_well(reading: Caller, world: list[Analysis]) -> None:
    """The first two cases were read by a clinician of the hospital."""
    case = world[0].radiograph.case
    assert reading.get(f"cases/{case.pk}/").json()["withheld"] is False
    assert len(reading.get(f"cases/{case.pk}/reads/").json()["results"]) == 1


def test_a_clinician_who_signed_in_is_withheld_as_on_the_pages(
    reader: User, world: list[Analysis]
) -> None:
    browser = Client()
    browser.force_login(reader)
    person = Caller(client=browser)
    assert person.get(f"cases/{world[0].radiograph.case_id}/").json()["withheld"] is True
    assert person.get("cases/", {"level": "fracture"}).json()["results"] == []


@pytest.fixture
def colleagues(hospital: Organization) -> Caller:
    """Another clinician of the hospital, who has said nothing."""
    browser = Client()
    browser.force_login(UserFactory(email="second@harbour.example", organization=hospital))
    return Caller(client=browser)
