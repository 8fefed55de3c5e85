"""Events: written where the truth is written, for both sides, and with nothing of the answer."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import Organization, User
from cases.models import (
    Analysis,
    Case,
    ModelVersion,
    Radiograph,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from cases.services import analyses
from cases.services.reads import record_read
from cases.services.webhooks import outbox
from cases.services.webhooks.endpoints import change_endpoint, create_endpoint, switch_off
from cases.vocabulary import AnalysisStatus, FindingLevel, WebhookEventType
from tests.cases.services.test_analyses import ANSWER
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory


@pytest.fixture
def radiograph(case: Case) -> Radiograph:
    return RadiographFactory(case=case)


def running(radiograph: Radiograph, **fields: Any) -> Analysis:
    return AnalysisFactory(
        radiograph=radiograph,
        status=AnalysisStatus.RUNNING,
        attempt=1,
        lease_until=timezone.now() + timedelta(seconds=15),
        **fields,
    )


def succeed(analysis: Analysis, **answer: Any) -> None:
    heatmap = {"heatmap": None}
    given = ANSWER | heatmap | answer
    assert analyses.record_result(analysis_id=analysis.pk, attempt=1, **given)


def told(organization: Organization) -> list[str]:
    events = WebhookEvent.objects.filter(organization=organization).order_by("created_at")
    return list(events.values_list("type", flat=True))


@pytest.fixture
def hospital_endpoint(hospital: Organization, reading_administrator: User) -> WebhookEndpoint:
    return create_endpoint(
        organization=hospital,
        actor=reading_administrator,
        url="https://hospital.example/hook",
        event_types=["case.finished"],
    )[0]


def test_a_finished_case_is_told_to_both_sides(
    endpoint: WebhookEndpoint,
    hospital_endpoint: WebhookEndpoint,
    radiograph: Radiograph,
    sent: list[list[str]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        succeed(running(radiograph))
    mine = WebhookEvent.objects.get(organization=endpoint.organization)
    theirs = WebhookEvent.objects.get(organization=hospital_endpoint.organization)
    assert mine.pk != theirs.pk
    for event, at in ((mine, endpoint), (theirs, hospital_endpoint)):
        assert event.payload == {
            "type": "case.finished",
            "timestamp": event.created_at.isoformat(),
            "data": {"case_id": str(radiograph.case_id), "status": "finished"},
        }
        delivery = WebhookDelivery.objects.get(event=event)
        assert delivery.endpoint == at
        assert ["cases.deliver_webhooks", "webhooks", str(delivery.endpoint_id)] in sent
        assert delivery.endpoint.handed_over_at


@pytest.mark.parametrize("level", [*FindingLevel])
def test_it_is_the_same_whatever_the_answer(
    endpoint: WebhookEndpoint, radiograph: Radiograph, level: str
) -> None:
    """For who reads first: neither which events come nor what they hold says anything of it."""
    number = None if level == FindingLevel.NOT_ASSESSABLE else 0.5
    for _ in range(2):
        succeed(running(radiograph), level=level, probability=number, logit=number)
    assert told(endpoint.organization) == ["case.finished", "analysis.superseded"]
    everything = json.dumps(list(WebhookEvent.objects.values_list("payload", flat=True)))
    for word in [*FindingLevel.values, "probability", "0.5", radiograph.case.patient_reference]:
        assert word not in everything


def test_a_failed_case(endpoint: WebhookEndpoint, radiograph: Radiograph) -> None:
    analysis = running(radiograph)
    assert analyses.record_failure(
        analysis_id=analysis.pk, attempt=1, code="unreadable", message="It cannot be read."
    )
    event = WebhookEvent.objects.get()
    assert event.type == "case.failed"
    assert event.payload["data"] == {"case_id": str(radiograph.case_id), "status": "failed"}


def test_what_changes_back_is_told_again(
    endpoint: WebhookEndpoint, radiograph: Radiograph, model_version: ModelVersion
) -> None:
    succeed(running(radiograph))
    again = analyses.rerun(radiograph=radiograph, actor=None)
    claimed = analyses.claim(analysis_id=again.pk, worker_name="w")
    assert claimed
    succeed(claimed)
    assert told(endpoint.organization) == [
        "case.finished",
        "case.finished",
        "analysis.superseded",
    ]


def test_an_answer_that_comes_late_supersedes_nothing(
    endpoint: WebhookEndpoint, radiograph: Radiograph
) -> None:
    older = running(radiograph, created_at=timezone.now() - timedelta(minutes=5))
    newer = running(radiograph)
    succeed(newer)
    succeed(older)
    assert "analysis.superseded" not in told(endpoint.organization)
    newest = running(radiograph)
    succeed(newest)
    data = WebhookEvent.objects.get(type="analysis.superseded").payload["data"]
    assert data == {
        "case_id": str(radiograph.case_id),
        "radiograph_id": str(radiograph.pk),
        "analysis_id": str(newer.pk),
        "superseded_by": str(newest.pk),
    }


def test_analyses_that_do_not_count_are_not_told(
    endpoint: WebhookEndpoint, radiograph: Radiograph
) -> None:
    succeed(running(radiograph, purpose="shadow"))
    succeed(running(radiograph, purpose="shadow"))
    assert told(endpoint.organization) == []


def test_a_read_and_its_amendment(endpoint: WebhookEndpoint, case: Case, reader: User) -> None:
    first = record_read(case=case, reader=reader, conclusion="fracture", comment="left, sure")
    second = record_read(
        case=case, reader=reader, conclusion="no_fracture", amending=first.pk, comment="none"
    )
    payloads = [event.payload["data"] for event in WebhookEvent.objects.order_by("created_at")]
    assert payloads == [
        {"case_id": str(case.pk), "read_id": str(first.pk), "amends": None},
        {"case_id": str(case.pk), "read_id": str(second.pk), "amends": str(first.pk)},
    ]


def test_one_organization_on_both_sides_is_told_once(
    endpoint: WebhookEndpoint, sender: Organization
) -> None:
    own = CaseFactory(submitting_organization=sender, reading_organization=sender)
    succeed(running(RadiographFactory(case=own)))
    assert told(sender) == ["case.finished"]


def test_a_transaction_that_fails_leaves_no_event(
    endpoint: WebhookEndpoint,
    radiograph: Radiograph,
    sent: list[list[str]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    analysis = running(radiograph)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        succeed(analysis)
        assert told(endpoint.organization) == ["case.finished"]
        transaction.set_rollback(True)
    assert told(endpoint.organization) == []
    assert sent == []


def test_nobody_else_is_told_and_nobody_who_does_not_ask(
    endpoint: WebhookEndpoint, case: Case, stranger: User, elsewhere: Organization, reader: User
) -> None:
    stranger.role = User.Role.ORGANIZATION_ADMINISTRATOR
    stranger.save()
    create_endpoint(
        organization=elsewhere,
        actor=stranger,
        url="https://elsewhere.example/",
        event_types=WebhookEventType.values,
    )
    record_read(case=case, reader=reader, conclusion="unsure")
    assert told(elsewhere) == []
    assert told(endpoint.organization) == ["read.recorded"]


def test_while_an_endpoint_is_off_or_does_not_ask_nothing_is_kept(
    endpoint: WebhookEndpoint, case: Case, reader: User, administrator: User
) -> None:
    change_endpoint(
        endpoint=endpoint, actor=administrator, url=endpoint.url, event_types=["case.failed"]
    )
    first = record_read(case=case, reader=reader, conclusion="unsure")
    change_endpoint(
        endpoint=endpoint, actor=administrator, url=endpoint.url, event_types=["read.recorded"]
    )
    switch_off(endpoint=endpoint, actor=administrator)
    second = record_read(case=case, reader=reader, conclusion="unsure", amending=first.pk)
    assert told(endpoint.organization) == []
    WebhookEndpoint.objects.update(is_active=True, disabled_at=None, disabled_reason="")
    Organization.objects.filter(pk=endpoint.organization_id).update(is_active=False)
    record_read(case=case, reader=reader, conclusion="unsure", amending=second.pk)
    assert told(endpoint.organization) == []


def test_where_nobody_listens_it_costs_a_query(
    case: Case, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read = record_read(case=case, reader=reader, conclusion="unsure")
    with django_assert_num_queries(1):
        outbox.read_recorded(read=read)
    with django_assert_num_queries(0):
        outbox.case_became(case=case, status="running")
