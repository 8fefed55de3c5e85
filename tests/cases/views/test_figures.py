"""The page of figures: for whom, of what, and what it says where there is nothing."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Organization, User
from cases.models import Case
from cases.templatetags.figures import duration
from tests.cases.selectors.figures.made import answered, read
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html, part, text
from tests.factories import CaseFactory, UserFactory

PAGE = "/organization/figures/"
Receive = Callable[..., Case]


@pytest.fixture
def receive(hospital: Organization, sender: Organization) -> Receive:
    """A case that the partner sent to the hospital an hour ago, or as many as are said."""

    def make(hours: float = 1, **fields: Any) -> Case:
        return CaseFactory(
            submitting_organization=sender,
            reading_organization=hospital,
            created_at=timezone.now() - timedelta(hours=hours),
            **{"level": "fracture", "status": "finished", **fields},
        )

    return make


def sections(response: Any) -> list[str]:
    return re.findall(r'<section id="([\w-]+)"', html(response))


def test_who_reads_sees_everything(
    page: Client, receive: Receive, reader: User, hospital: Organization
) -> None:
    supervisor = UserFactory(organization=hospital, role=User.Role.SUPERVISING_READER)
    for conclusion in ("fracture", "fracture", "no_fracture"):
        case = receive()
        read(case, reader, conclusion, analysis=answered(case, 42))
    read(case, supervisor, "fracture", minutes=40, analysis=case.radiographs.get().analyses.get())
    receive(level="inconclusive", priority="urgent")
    shown = page.get(PAGE)
    assert "Figures of Harbour Hospital" in text(shown)
    assert sections(shown) == [
        "volume",
        "levels",
        "agreement",
        "accuracy-second_reads",
        "accuracy-first_impressions",
        "turnaround",
    ]
    assert "Received 4 Read 3" in part(shown, "volume")
    levels = part(shown, "levels")
    assert "Fracture suspected 3 75 %" in levels
    assert "Uncertain 1 25 %" in levels
    agreement = part(shown, "agreement")
    assert "with the software's answer in sight" in agreement
    assert "100 % (95 % interval 44 to 100 %) 3 of 3 cases where both decided" in agreement
    assert "Fracture suspected 3 agree 0 0 disagree" in agreement
    accuracy = part(shown, "accuracy-second_reads")
    assert "1 case with such a reference." in accuracy
    assert "Too few: 1 of at least 20" in accuracy
    assert "made with the answer in sight" in accuracy
    assert "Until the answer stood, other cases 3 42 s 42 s 42 s" in part(shown, "turnaround")
    assert "Until it was first read, other cases 3 30 min 30 min 30 min" in part(
        shown, "turnaround"
    )


def test_who_only_sends_sees_the_own_cases_without_the_readers_part(
    receive: Receive, owner: User, administrator: User, reader: User, sign_in: SignIn
) -> None:
    case = receive()
    read(case, reader, "fracture", analysis=answered(case))
    CaseFactory(reading_organization=reader.organization)
    for person in (owner, administrator):
        shown = sign_in(person).get(PAGE, {"side": "read"})
        assert sections(shown) == ["volume", "levels", "turnaround"]
        assert "Received 1 Read 1" in part(shown, "volume")
        assert "Cases to read" not in text(shown)
    assert "Received 2 Read 1" in part(sign_in(reader).get(PAGE), "volume")


def test_a_hospital_may_look_at_what_it_sent(page: Client, receive: Receive, reader: User) -> None:
    receive()
    CaseFactory.create_batch(2, submitting_organization=reader.organization)
    assert "Received 3" in part(page.get(PAGE), "volume")
    sent = page.get(PAGE, {"side": "sent"})
    assert "Received 2" in part(sent, "volume")
    assert 'href="?days=7&amp;side=sent"' in html(sent)


def test_tenants_stay_apart(
    receive: Receive, stranger: User, hospital: Organization, page: Client, sign_in: SignIn
) -> None:
    receive()
    assert "Nothing came in within 30 days" in text(sign_in(stranger).get(PAGE))
    assert sign_in(stranger).get(PAGE, {"of": str(hospital.pk)}).status_code == 404
    assert page.get(PAGE, {"of": str(hospital.pk)}).status_code == 200
    assert page.get(PAGE, {"of": "x"}).status_code == 404


def test_the_operator_chooses_an_organization(
    operator: User, hospital: Organization, receive: Receive, sign_in: SignIn
) -> None:
    receive()
    shown = sign_in(operator).get(PAGE, {"of": str(hospital.pk), "days": "7"})
    assert "Figures of Harbour Hospital" in text(shown)
    assert f'<option value="{hospital.pk}" selected>' in html(shown)
    address = urlencode({"days": "90", "side": "read", "of": str(hospital.pk)}).replace(
        "&", "&amp;"
    )
    assert f'href="?{address}"' in html(shown)
    assert "New case" not in text(shown)


def test_a_platform_without_organizations_says_what_to_do(operator: User, sign_in: SignIn) -> None:
    shown = sign_in(operator).get(PAGE)
    assert "There is no organization yet" in text(shown)
    assert 'href="/admin/accounts/organization/add/"' in html(shown)


@pytest.mark.parametrize(
    ("wanted", "current"),
    [("7", "7 days"), ("365", "365 days"), ("", "30 days"), ("31", "30 days"), ("²", "30 days")],
)
def test_the_period_is_in_the_address(page: Client, wanted: str, current: str) -> None:
    shown = page.get(PAGE, {"days": wanted, "side": "neither"})
    assert re.findall(r'aria-current="page">([^<]+)</a></li>', html(shown)) == [
        "Cases to read",
        current,
    ]


def test_nothing_in_the_period_says_what_to_do(page: Client, receive: Receive) -> None:
    receive(hours=24 * 40)
    shown = page.get(PAGE)
    assert "Nothing came in within 30 days" in text(shown)
    assert 'href="?days=365&amp;side=read">Show 365 days' in html(shown)
    assert 'href="/cases/new/"' in html(shown)
    assert "Received 1" in part(page.get(PAGE, {"days": "90"}), "volume")


def test_cases_without_answer_or_read_say_what_is_missing(page: Client, receive: Receive) -> None:
    receive(level="incomplete", status="queued")
    shown = page.get(PAGE)
    assert "Waiting for analysis 1 100 %" in part(shown, "levels")
    assert "No case of this period was read with an answer in sight." in part(shown, "agreement")
    assert "read a second time by a supervising reader" in part(shown, "accuracy-second_reads")
    assert "has an answer or a read yet" in part(shown, "turnaround")


def test_every_day_has_a_line_for_those_who_cannot_see_the_drawing(
    page: Client, receive: Receive
) -> None:
    receive()
    shown = page.get(PAGE, {"days": "90"})
    assert html(shown).count('<tr><th scope="row">') == 90
    assert len(re.findall(r'<rect class="chart__bar"', html(shown))) == 90
    assert re.search(r'<svg class="chart__drawing"[^>]* role="img" aria-label="', html(shown))


def test_it_is_found_from_every_page_and_from_the_people(
    page: Client, reading_administrator: User, sign_in: SignIn
) -> None:
    assert f'href="{PAGE}"' in html(page.get("/"))
    people = html(sign_in(reading_administrator).get("/organization/"))
    hospital = reading_administrator.organization_id
    assert f'href="{PAGE}?of={hospital}"' in people


def test_the_page_costs_the_same_for_many(
    page: Client,
    receive: Receive,
    reader: User,
    hospital: Organization,
    django_assert_num_queries: Any,
) -> None:
    receive()
    with django_assert_num_queries(10):  # session, person, seven of figures
        page.get(PAGE)
    for priority in ("urgent", "routine", "routine"):
        case = receive(priority=priority)
        read(case, reader, "fracture", analysis=answered(case))
        read(case, UserFactory(organization=hospital, role="supervising_reader"), "unsure")
    with django_assert_num_queries(10):
        page.get(PAGE, {"days": "365"})


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-2, "0.0 s"),
        (3.24, "3.2 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3569, "59 min"),
        (3571, "1 h 0 min"),
        (100_000, "27 h 47 min"),
        (200_000, "2 d 8 h"),
    ],
)
def test_durations_are_said_in_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words
