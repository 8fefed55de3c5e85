"""What has to be looked at again is told to who should look, until somebody has."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import Analysis, Case, Read
from cases.selectors.attention import fractures_after_reads, second_reads
from cases.services.reads import record_read
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import text
from tests.factories import AnalysisFactory, UserFactory


@pytest.fixture
def supervisor(hospital: Organization) -> User:
    return UserFactory(
        email="supervisor@harbour.example",
        organization=hospital,
        role=User.Role.SUPERVISING_READER,
    )


def later(read: Read, analysis: Analysis, level: str = "fracture") -> Analysis:
    return AnalysisFactory(
        radiograph=analysis.radiograph,
        model_version=analysis.model_version,
        succeeded=True,
        level=level,
        finished_at=read.created_at + timedelta(minutes=5),
    )


def disagreeing(case: Case, reader: User, analysis: Analysis, **more: Any) -> Read:
    return record_read(
        case=case,
        reader=reader,
        conclusion="no_fracture",
        analysis=analysis,
        agreement="disagree",
        **more,
    )


def test_a_fracture_suspected_after_a_negative_read_is_told_to_its_reader(
    page: Client, case: Case, reader: User, supervisor: User, analysis: Analysis
) -> None:
    Analysis.objects.update(finished_at=timezone.now() - timedelta(hours=1))
    read = record_read(case=case, reader=reader, conclusion="no_fracture")
    assert not fractures_after_reads(user=reader)
    later(read, analysis, level="inconclusive")
    assert not fractures_after_reads(user=reader)
    later(read, analysis)
    assert list(fractures_after_reads(user=reader)) == [read]
    assert not fractures_after_reads(user=supervisor)
    assert "1 case to look at again" in text(page.get("/"))
    told = text(page.get("/attention/"))
    assert "Fracture suspected after you read" in told
    assert "ISL-0417" in told
    Analysis.objects.update(finished_at=timezone.now() - timedelta(hours=1))
    record_read(case=case, reader=reader, conclusion="no_fracture", amending=read.pk)
    assert not fractures_after_reads(user=reader)
    assert "Nothing to look at again" in text(page.get("/attention/"))
    assert "to look at again" not in text(page.get("/"))


def test_a_fracture_that_came_while_the_form_was_open_is_told_too(
    case: Case, reader: User, analysis: Analysis
) -> None:
    """The clock of a worker may be behind; what counts is what the reader had in sight."""
    Analysis.objects.update(
        level="no_fracture_found", finished_at=timezone.now() - timedelta(hours=1)
    )
    newer = AnalysisFactory(
        radiograph=analysis.radiograph,
        model_version=analysis.model_version,
        succeeded=True,
        finished_at=timezone.now() - timedelta(hours=1),
    )
    seen: dict[str, Any] = {"conclusion": "no_fracture", "case": case, "reader": reader}
    read = record_read(**seen, analysis=analysis)
    assert list(fractures_after_reads(user=reader)) == [read]
    record_read(**seen, analysis=newer, amending=read.pk)
    assert not fractures_after_reads(user=reader)


def test_who_read_a_fracture_is_left_alone(case: Case, reader: User, analysis: Analysis) -> None:
    read = record_read(case=case, reader=reader, conclusion="fracture")
    later(read, analysis)
    assert not fractures_after_reads(user=reader)


def test_a_disagreement_goes_to_the_supervising_readers_at_once(
    case: Case, reader: User, supervisor: User, analysis: Analysis, sign_in: SignIn
) -> None:
    read = disagreeing(case, reader, analysis)
    assert list(second_reads(user=supervisor)) == [read]
    assert not second_reads(user=reader)
    client = sign_in(supervisor)
    assert "1 case to look at again" in text(client.get("/"))
    told = text(client.get("/attention/"))
    assert "Second reads" in told
    assert "Disagrees with the software (Fracture suspected)" in told
    record_read(case=case, reader=supervisor, conclusion="fracture")
    assert not second_reads(user=supervisor)


def test_only_what_stands_and_only_what_disagrees(
    case: Case, reader: User, supervisor: User, analysis: Analysis
) -> None:
    first = disagreeing(case, reader, analysis)
    record_read(
        case=case,
        reader=reader,
        conclusion="fracture",
        analysis=analysis,
        agreement="agree",
        amending=first.pk,
    )
    assert not second_reads(user=supervisor)


def test_ones_own_disagreement_waits_for_another_supervising_reader(
    case: Case, supervisor: User, hospital: Organization, analysis: Analysis
) -> None:
    other = UserFactory(organization=hospital, role=User.Role.SUPERVISING_READER)
    read = disagreeing(case, supervisor, analysis)
    assert not second_reads(user=supervisor)
    assert list(second_reads(user=other)) == [read]


def test_other_organizations_hear_nothing(
    case: Case, reader: User, sender: Organization, elsewhere: Organization, analysis: Analysis
) -> None:
    disagreeing(case, reader, analysis)
    for organization in (sender, elsewhere):
        person = UserFactory(organization=organization, role=User.Role.SUPERVISING_READER)
        assert not second_reads(user=person)


def test_a_withdrawn_case_needs_nobody(
    case: Case, reader: User, supervisor: User, analysis: Analysis
) -> None:
    disagreeing(case, reader, analysis)
    Case.objects.filter(pk=case.pk).update(
        withdrawn_at=timezone.now(), withdrawal_reason="x", status="withdrawn"
    )
    assert not second_reads(user=supervisor)


def test_the_page_costs_the_same_for_many(
    case: Case,
    reader: User,
    supervisor: User,
    analysis: Analysis,
    sign_in: SignIn,
    django_assert_num_queries: Any,
    hospital: Organization,
) -> None:
    client = sign_in(supervisor)
    for _ in range(3):
        disagreeing(case, UserFactory(organization=hospital), analysis)
    with django_assert_num_queries(4):  # session, person, two lists
        client.get("/attention/")
