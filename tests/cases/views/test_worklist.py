"""The worklist: the right order, nothing hidden, news without a jump, and a price that stays."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import Case
from cases.selectors.worklist import GROUPS, state_of, worklist
from cases.services.reads import record_read
from cases.services.submission import add_radiographs
from tests.cases.files import upload
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html, poll, text
from tests.factories import CaseFactory, RadiographFactory, UserFactory

NOW = timezone.now()


@pytest.fixture
def received(hospital: Organization, sender: Organization) -> Any:
    """Makes a case for the hospital, `minutes` ago."""

    def make(reference: str, *, minutes: int = 10, **fields: Any) -> Case:
        return CaseFactory(
            submitting_organization=sender,
            reading_organization=hospital,
            patient_reference=reference,
            created_at=NOW - timedelta(minutes=minutes),
            **{"status": "finished", **fields},
        )

    return make


def order(user: User, **more: Any) -> list[tuple[str, list[str]]]:
    found = worklist(user=user, now=NOW, **more)
    return [(g.name, [case.patient_reference for case in g.cases]) for g in found.groups]


def test_the_order_of_reading(received: Any, reader: User, hospital: Organization) -> None:
    late = hospital.overdue_after_minutes
    received("none found", level="no_fracture_found")
    received("waiting", level="incomplete", status="queued")
    received("failed", level="incomplete", status="failed")
    received("uncertain", level="inconclusive")
    received("fracture, new", level="fracture")
    received("fracture, old", level="fracture", minutes=60)
    received("overdue, nothing found", level="no_fracture_found", minutes=late + 1)
    received("overdue by its deadline", level="fracture", reading_deadline=NOW - timedelta(1))
    received(
        "its deadline is far",
        minutes=late + 5,
        reading_deadline=NOW + timedelta(1),
        level="fracture",
    )
    received("urgent, nothing found", level="no_fracture_found", priority="urgent")
    received("urgent, waiting", level="incomplete", status="running", priority="urgent", minutes=20)
    assert order(reader) == [
        ("urgent", ["urgent, waiting", "urgent, nothing found"]),
        ("overdue", ["overdue, nothing found", "overdue by its deadline"]),
        ("fracture", ["its deadline is far", "fracture, old", "fracture, new"]),
        ("inconclusive", ["uncertain"]),
        ("incomplete", ["failed"]),
        ("waiting", ["waiting"]),
        ("no_fracture_found", ["none found"]),
    ]
    # The last group is that of who reads first.
    assert tuple(name for name, _ in order(reader)) == GROUPS[:-1]


def test_who_reads_first_has_urgency_and_arrival_alone(
    received: Any, reader: User, hospital: Organization
) -> None:
    hospital.read_first = True
    hospital.save()
    late = hospital.overdue_after_minutes
    received("new fracture", level="fracture", minutes=1)
    received("old, none found", level="no_fracture_found", minutes=30)
    received("waiting", level="incomplete", status="queued", minutes=10)
    received("overdue", level="no_fracture_found", minutes=late + 1)
    received("urgent", level="inconclusive", priority="urgent")
    assert order(reader) == [
        ("urgent", ["urgent"]),
        ("overdue", ["overdue"]),
        ("unread", ["old, none found", "waiting", "new fracture"]),
    ]


def test_every_level_and_status_has_a_place(received: Any, reader: User) -> None:
    from cases.vocabulary import CaseLevel, CaseStatus

    made = {
        str(received(f"{level} {status} {priority}", level=level, status=status, priority=priority))
        for level in CaseLevel.values
        for status in CaseStatus.values
        if status != CaseStatus.WITHDRAWN
        for priority in ("routine", "urgent")
    }
    found = worklist(user=reader, now=NOW, each=1000)
    assert {str(case) for group in found.groups for case in group.cases} == made
    assert found.count == len(made)


def test_what_was_read_leaves_and_what_was_withdrawn_is_gone(received: Any, reader: User) -> None:
    read, stays = received("read", level="fracture"), received("stays", level="fracture")
    gone = received("gone", level="fracture")
    record_read(case=read, reader=reader, conclusion="fracture")
    Case.objects.filter(pk=gone.pk).update(
        withdrawn_at=NOW, withdrawal_reason="x", status="withdrawn"
    )
    assert order(reader) == [("fracture", [stays.patient_reference])]


def test_tenants_stay_apart(
    received: Any, colleague: User, stranger: User, operator: User, hospital: Organization
) -> None:
    """Who sent a case does not read it; nobody else sees it at all."""
    received("here", level="fracture")
    CaseFactory(patient_reference="elsewhere", level="fracture")
    for person in (colleague, stranger, operator):
        assert order(person) == []
    assert order(UserFactory(organization=hospital)) == [("fracture", ["here"])]


def test_it_is_the_home_of_those_who_read(
    received: Any, reader: User, owner: User, administrator: User, sign_in: SignIn
) -> None:
    received("R-1", level="fracture")
    page = sign_in(reader).get("/")
    assert "Worklist 1" in text(page)
    assert "Fracture suspected 1" in text(page)
    assert re.search(r"\d+ minutes", text(page))
    for person in (owner, administrator):
        assert "Worklist" not in text(sign_in(person).get("/"))


def test_an_empty_worklist_says_so(page: Client) -> None:
    assert "Everything is read" in text(page.get("/"))
    assert "Nothing of this region" in text(page.get("/worklist/", {"region": "ankle"}))


def test_region_and_more_are_in_the_address(
    received: Any, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.views.worklist.EACH", 2)
    for number in range(5):
        received(f"A-{number}", level="fracture", body_region="ankle")
    received("H-1", level="fracture", body_region="hip")
    first = page.get("/worklist/", {"region": "ankle"})
    assert "Worklist 5" in text(first)
    assert "H-1" not in text(first)
    assert "The first 2 of 5." in text(first)
    assert 'href="?region=ankle&amp;each=8#group-fracture"' in html(first)
    assert html(first).count("data-row") == 2
    rest = page.get("/worklist/", {"region": "ankle", "each": "8"})
    assert html(rest).count("data-row") == 5
    assert "Show more" not in text(rest)


def test_a_long_group_leaves_room_for_those_behind_it(
    received: Any, reader: User, hospital: Organization
) -> None:
    for number in range(5):
        received(f"late {number}", level="inconclusive", minutes=hospital.overdue_after_minutes + 9)
    received("new", level="fracture")
    found = worklist(user=reader, now=NOW, each=2)
    assert [(g.name, g.count, len(g.cases)) for g in found.groups] == [
        ("overdue", 5, 2),
        ("fracture", 1, 1),
    ]


@pytest.mark.parametrize(
    "query", [{"region": "moon"}, {"each": "-1"}, {"each": "0"}, {"each": "9" * 30}]
)
def test_nonsense_in_the_address_is_passed_over(page: Client, query: dict[str, str]) -> None:
    assert page.get("/worklist/", query).status_code == 200


def test_who_opened_a_case_just_now_is_said_to_others(
    received: Any, page: Client, hospital: Organization, sign_in: SignIn, sender: Organization
) -> None:
    case = received("R-1", level="fracture")
    RadiographFactory(case=case)
    other = UserFactory(organization=hospital, name="Dr Other")
    sign_in(other).get(f"/cases/{case.pk}/")
    sign_in(UserFactory(organization=sender, name="Dr Sender")).get(f"/cases/{case.pk}/")
    page.get(f"/cases/{case.pk}/")
    assert "Opened just now by Dr Other" in text(page.get("/"))
    assert "by Dr Other" not in text(sign_in(other).get("/"))
    case.events.update(at=timezone.now() - timedelta(minutes=6))
    assert "Opened just now" not in text(page.get("/"))


def test_news_is_told_and_nothing_jumps(received: Any, page: Client) -> None:
    received("R-1", level="fracture")
    question = poll(page.get("/"))
    assert question
    quiet = page.get(question)
    assert "has changed" not in text(quiet)
    assert "R-1" not in html(quiet)
    following = poll(quiet)
    assert following
    assert "n=1" in following
    received("R-2", level="fracture")
    told = page.get(following)
    assert "The worklist has changed." in text(told)
    assert poll(told) is None


@pytest.mark.parametrize(
    "news",
    [
        {"level": "fracture", "urgency": 10},
        {"status": "running", "updated_at": NOW + timedelta(minutes=1)},
        {"reading_deadline": NOW - timedelta(minutes=1)},
        {"read_at": NOW},
    ],
)
def test_what_is_news(received: Any, reader: User, news: dict[str, Any]) -> None:
    case = received("R-1", level="inconclusive", urgency=11)
    before = state_of(user=reader, now=NOW)
    assert state_of(user=reader, now=NOW) == before
    Case.objects.filter(pk=case.pk).update(**news)
    assert state_of(user=reader, now=NOW) != before


def test_a_case_that_becomes_overdue_is_news(
    received: Any, reader: User, hospital: Organization
) -> None:
    received("R-1", level="fracture")
    later = NOW + timedelta(minutes=hospital.overdue_after_minutes)
    assert state_of(user=reader, now=later) != state_of(user=reader, now=NOW)


def test_a_further_radiograph_puts_a_read_case_back(
    received: Any, reader: User, storage: Any
) -> None:
    case = received("R-1", level="fracture")
    record_read(case=case, reader=reader, conclusion="no_fracture")
    assert order(reader) == []
    add_radiographs(case=case, added_by=reader, files=[upload()])
    assert [name for name, _ in order(reader)] == ["waiting"]


def test_it_stops_asking_and_says_so(page: Client) -> None:
    question = poll(page.get("/"))
    assert question
    last = page.get(question.replace("n=0", "n=479"))
    assert poll(last) is None
    assert "no longer looks for news" in text(last)


@pytest.mark.parametrize("cases", [1, 40])
def test_the_number_of_queries_stays(
    received: Any, page: Client, django_assert_num_queries: Any, cases: int
) -> None:
    for number in range(cases):
        RadiographFactory(case=received(f"R-{number}", level="fracture"))
    # Session, person with organization; counts, cases, radiographs, who opened them, state; reads
    # to look at again; model.
    with django_assert_num_queries(9):
        page.get("/")
    with django_assert_num_queries(3):
        page.get("/worklist/state/")


def test_only_what_is_unread_is_looked_at(reader: User) -> None:
    """Without statistics too: a database has none on the day that the first case comes in."""
    from django.db import connection

    from cases.selectors.worklist import _unread

    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL gathers its own statistics")
    assert "case_worklist" in _unread(reader).order_by().explain()


@pytest.mark.parametrize(
    ("sort", "order_"),
    [("", "bca"), ("newest", "acb"), ("deadline", "cba"), ("reference", "abc"), ("what", "bca")],
)
def test_the_order_within_a_group(received: Any, page: Client, sort: str, order_: str) -> None:
    received("a", level="fracture", minutes=1)
    received("b", level="fracture", minutes=3)
    received("c", level="fracture", minutes=2, reading_deadline=NOW + timedelta(1))
    received("urgent", level="no_fracture_found", priority="urgent", minutes=2)
    groups = page.get("/worklist/", {"sort": sort}).context["worklist"].groups
    found = [[case.patient_reference for case in group.cases] for group in groups]
    assert found == [["urgent"], [*order_]]
