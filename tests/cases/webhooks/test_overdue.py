"""Overdue cases are told once for each deadline, to those who listen, and cheaply."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from cases.models import Case, WebhookEndpoint, WebhookEvent
from cases.selectors.webhooks import Listener, overdue_untold
from cases.services import corrections
from cases.services.reads import record_read
from cases.services.webhooks.endpoints import (
    change_endpoint,
    create_endpoint,
    switch_off,
    switch_on,
)
from cases.services.webhooks.forgetting import KEPT_FOR, forget_old
from cases.services.webhooks.overdue import tell_overdue
from cases.vocabulary import WebhookEventType
from tests.factories import CaseFactory

LONG_AGO = timedelta(days=7)


@pytest.fixture
def listening(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """For a week."""
    WebhookEndpoint.objects.update(listening_since=timezone.now() - LONG_AGO)
    return endpoint


def make(sender: Organization, hospital: Organization, **fields: Any) -> Case:
    return CaseFactory(submitting_organization=sender, reading_organization=hospital, **fields)


def minutes_ago(number: float) -> datetime:
    return timezone.now() - timedelta(minutes=number)


def test_a_deadline_that_passed_is_told_once_and_a_new_one_again(
    listening: WebhookEndpoint, sender: Organization, hospital: Organization
) -> None:
    late = make(sender, hospital, reading_deadline=minutes_ago(1))
    make(sender, hospital, reading_deadline=minutes_ago(-1))
    assert tell_overdue() == 1
    assert tell_overdue() == 0
    event = WebhookEvent.objects.get()
    assert (event.type, event.case, event.organization) == ("case.overdue", late, sender)
    assert event.payload["data"] == {"case_id": str(late.pk), "status": late.status}
    Case.objects.filter(pk=late.pk).update(reading_deadline=minutes_ago(0.5))
    assert tell_overdue() == 1
    assert tell_overdue() == 0


def test_without_a_deadline_the_limit_of_who_reads_counts(
    listening: WebhookEndpoint,
    sender: Organization,
    hospital: Organization,
    elsewhere: Organization,
) -> None:
    Organization.objects.filter(pk=hospital.pk).update(overdue_after_minutes=60)
    Organization.objects.filter(pk=sender.pk).update(overdue_after_minutes=1)
    Organization.objects.filter(pk=elsewhere.pk).update(overdue_after_minutes=10)
    late = make(sender, hospital, created_at=minutes_ago(61))
    make(sender, hospital, created_at=minutes_ago(59))
    later = make(sender, elsewhere, created_at=minutes_ago(11))
    make(elsewhere, hospital, created_at=minutes_ago(61))
    assert tell_overdue() == 2
    assert {event.case for event in WebhookEvent.objects.all()} == {late, later}
    assert tell_overdue() == 0
    Organization.objects.filter(pk=hospital.pk).update(overdue_after_minutes=30)
    assert tell_overdue() == 1  # the one of 59 minutes; the other was told


def test_both_sides_hear_of_it_once_each(
    listening: WebhookEndpoint,
    sender: Organization,
    hospital: Organization,
    reading_administrator: User,
) -> None:
    create_endpoint(
        organization=hospital,
        actor=reading_administrator,
        url="https://hospital.example/",
        event_types=["case.overdue"],
    )
    WebhookEndpoint.objects.update(listening_since=timezone.now() - LONG_AGO)
    make(sender, hospital, reading_deadline=minutes_ago(1))
    make(hospital, hospital, reading_deadline=minutes_ago(1))
    assert tell_overdue() == 3
    assert WebhookEvent.objects.filter(organization=hospital).count() == 2
    assert tell_overdue() == 0


def test_what_was_read_withdrawn_or_overdue_before_anybody_listened_is_not_told(
    listening: WebhookEndpoint,
    sender: Organization,
    hospital: Organization,
    reader: User,
    owner: User,
) -> None:
    read, withdrawn, _old, _old_limit = (
        make(sender, hospital, reading_deadline=minutes_ago(1)),
        make(sender, hospital, reading_deadline=minutes_ago(1)),
        make(sender, hospital, reading_deadline=timezone.now() - LONG_AGO - timedelta(hours=1)),
        make(sender, hospital, created_at=timezone.now() - LONG_AGO - timedelta(hours=25)),
    )
    record_read(case=read, reader=reader, conclusion="unsure")
    corrections.withdraw_case(case=withdrawn, actor=owner, reason="Sent by mistake.")
    WebhookEvent.objects.all().delete()
    assert tell_overdue() == 0


def test_who_begins_to_ask_is_not_told_of_the_past(
    listening: WebhookEndpoint,
    sender: Organization,
    hospital: Organization,
    administrator: User,
) -> None:
    def ask_for(*types: str) -> None:
        change_endpoint(
            endpoint=listening, actor=administrator, url=listening.url, event_types=types
        )

    make(sender, hospital, reading_deadline=minutes_ago(1))
    ask_for("case.failed")
    assert tell_overdue() == 0
    ask_for("case.failed", "case.overdue")
    assert tell_overdue() == 0
    WebhookEndpoint.objects.update(listening_since=timezone.now() - LONG_AGO)
    switch_off(endpoint=listening, actor=administrator)
    assert tell_overdue() == 0
    switch_on(endpoint=listening, actor=administrator)
    assert tell_overdue() == 0


def test_where_nobody_listens_it_is_one_query(
    case: Case, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert tell_overdue() == 0


def test_it_looks_at_indexes_of_what_is_unread_alone(
    listening: WebhookEndpoint, sender: Organization, hospital: Organization
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads SQLite's plan")
    make(sender, sender)
    make(sender, hospital)
    listener = Listener(listening.organization_id, listening.listening_since)
    plans = [cases.explain() for cases in overdue_untold(listener, timezone.now())]
    assert len(plans) == 4
    for plan in plans:
        assert "case_worklist" in plan or "case_sent_unread" in plan, plan
        assert "SCAN" not in plan, plan


def test_old_events_are_forgotten_but_not_that_a_case_was_told(
    listening: WebhookEndpoint, sender: Organization, hospital: Organization, reader: User
) -> None:
    unread = make(sender, hospital, reading_deadline=minutes_ago(1))
    read = make(sender, hospital, reading_deadline=minutes_ago(1))
    assert tell_overdue() == 2
    record_read(case=read, reader=reader, conclusion="unsure")
    old = timezone.now() - KEPT_FOR - timedelta(hours=1)
    WebhookEvent.objects.filter(type=WebhookEventType.CASE_OVERDUE).update(created_at=old)
    assert forget_old() == 1
    assert forget_old() == 0
    assert WebhookEvent.objects.filter(case=unread).count() == 1
    assert WebhookEvent.objects.filter(case=read).get().type == "read.recorded"
    assert tell_overdue() == 0
