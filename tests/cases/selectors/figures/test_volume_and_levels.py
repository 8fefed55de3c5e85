"""Cases of each day, in the site's own days, and at each level."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import Case
from cases.selectors.figures.period import period_of
from cases.selectors.figures.scope import SENT
from tests.cases.selectors.figures.made import NOW, ago, figures, read, received


@pytest.mark.parametrize(
    ("wanted", "length"),
    [("7", 7), ("30", 30), ("90", 90), ("365", 365), ("", 30), ("8", 30), ("-7", 30), ("x", 30)],
)
def test_a_period_of_the_offered_lengths(wanted: str, length: int) -> None:
    period = period_of(wanted, NOW)
    assert (len(period.days), period.days[-1]) == (length, date(2026, 3, 31))


def test_what_came_in_and_what_was_read(hospital: Organization, reader: User) -> None:
    received(hospital, ago(days=1))
    received(hospital, ago(days=1, hours=3))
    read(received(hospital, ago(days=6)), reader, "fracture", minutes=60)
    read(received(hospital, ago(days=20)), reader, "fracture", minutes=19 * 24 * 60)
    received(hospital, ago(days=7))
    days = {day.day.day: (day.received, day.read) for day in figures(hospital, days=7).days}
    none = dict.fromkeys(range(26, 32), (0, 0))
    assert days == {**none, 25: (1, 1), 30: (2, 1)}


def test_days_begin_at_midnight_of_the_time_zone(hospital: Organization) -> None:
    """In Kathmandu at 18:15 UTC; in Berlin, where the clock was put forward on 29 March, at 23:00
    before and at 22:00 after."""
    for moment in (
        (27, 23, 30),
        (28, 22, 59),
        (28, 23, 0),
        (29, 21, 59),
        (29, 22, 0),
        (29, 22, 30),
    ):
        received(hospital, datetime(2026, 3, *moment, tzinfo=UTC))
    for zone, expected in (
        ("UTC", {27: 1, 28: 2, 29: 3}),
        ("Europe/Berlin", {28: 2, 29: 2, 30: 2}),
        ("Asia/Kathmandu", {28: 1, 29: 2, 30: 3}),
    ):
        with timezone.override(zone):
            days = figures(hospital, days=7).days
        assert {day.day.day: day.received for day in days if day.received} == expected, zone


def test_quarters_of_an_hour_lie_on_the_right_side_of_midnight(hospital: Organization) -> None:
    received(hospital, datetime(2026, 3, 29, 18, 14, 59, 999999, tzinfo=UTC))
    received(hospital, datetime(2026, 3, 29, 18, 15, tzinfo=UTC))
    with timezone.override("Asia/Kathmandu"):
        days = figures(hospital, days=7).days
    assert {day.day.day: day.received for day in days if day.received} == {29: 1, 30: 1}


def test_levels_and_their_shares(hospital: Organization) -> None:
    for level, status, n in (
        ("fracture", "finished", 3),
        ("fracture", "running", 1),
        ("no_fracture_found", "finished", 4),
        ("incomplete", "failed", 1),
        ("incomplete", "queued", 1),
    ):
        for _ in range(n):
            received(hospital, level=level, status=status)
    found = {level.kind: level.share for level in figures(hospital).levels}
    assert {kind: share.count for kind, share in found.items()} == {
        "fracture": 4,
        "inconclusive": 0,
        "incomplete": 1,
        "no_fracture_found": 4,
        "queued": 1,
    }
    assert found["fracture"].percent == "40 %"
    assert found["inconclusive"].percent == "0 %"


def test_nothing_gives_empty_figures(hospital: Organization) -> None:
    found = figures(hospital)
    assert (found.received, found.read, len(found.days)) == (0, 0, 30)
    assert found.levels == []
    assert found.agreement is not None
    assert (found.agreement.share, found.agreement.compared) == (None, 0)
    assert [one.cases for one in found.accuracies] == [0, 0]
    assert (found.turnaround.answered, found.turnaround.read) == ({}, {})


def test_organizations_and_sides_stand_apart(
    hospital: Organization, sender: Organization, elsewhere: Organization
) -> None:
    received(hospital)
    received(hospital, submitting_organization=sender)
    received(elsewhere)
    counts = [
        figures(organization, side).received
        for organization in (hospital, sender, elsewhere)
        for side in ("read", SENT)
    ]
    assert counts == [2, 1, 0, 1, 1, 1]
    assert figures(sender, SENT).agreement is None
    assert figures(sender, SENT).accuracies == ()


def test_withdrawn_cases_never_count(hospital: Organization, reader: User) -> None:
    case = received(hospital)
    read(case, reader, "fracture")
    Case.objects.update(withdrawn_at=NOW, withdrawal_reason="x", status="withdrawn")
    found = figures(hospital)
    assert (found.received, found.read, found.levels) == (0, 0, [])
    assert found.agreement is not None
    assert (found.agreement.compared, found.agreement.left_out) == (0, 0)
    assert found.turnaround.read == {}
