"""A final read is kept as it was written; amendments stand beside it; nobody else writes one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import Analysis, Case, CaseEvent, Radiograph, Read
from cases.selectors.reads import reads_of
from cases.services import corrections
from cases.services.reads import CannotBeRead, Mark, record_read
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, UserFactory


@pytest.fixture
def case(sender: Organization, hospital: Organization) -> Case:
    return CaseFactory(submitting_organization=sender, reading_organization=hospital)


@pytest.fixture
def radiograph(case: Case) -> Radiograph:
    return RadiographFactory(case=case)


@pytest.fixture
def analysis(radiograph: Radiograph) -> Analysis:
    return AnalysisFactory(radiograph=radiograph, succeeded=True)


def test_a_read_is_kept_with_who_when_and_what_stood_there(
    case: Case, reader: User, analysis: Analysis
) -> None:
    read = record_read(
        case=case,
        reader=reader,
        conclusion="fracture",
        body_region="ankle",
        side="left",
        other_findings=["effusion"],
        comment="  Lateral malleolus, not displaced. ",
        analysis=analysis,
        agreement="agree",
        mark=Mark(analysis.radiograph, 12.5, 40),
    )
    read.refresh_from_db()
    assert (read.reader, read.organization) == (reader, reader.organization)
    assert read.comment == "Lateral malleolus, not displaced."
    assert (read.marked_radiograph, read.marked_x, read.marked_y) == (analysis.radiograph, 12.5, 40)
    case.refresh_from_db()
    assert case.read_at == read.created_at
    event = case.events.get(kind=CaseEvent.Kind.READ)
    assert event.actor == reader
    assert event.detail == {"conclusion": "fracture", "agreement": "agree"}


def test_an_amendment_stands_and_what_it_amends_is_kept(case: Case, reader: User) -> None:
    first = record_read(case=case, reader=reader, conclusion="no_fracture", comment="first")
    second = record_read(
        case=case, reader=reader, conclusion="fracture", comment="second", amending=first.pk
    )
    assert second.amends == first
    told = reads_of(case=case)
    assert (list(told.standing), list(told.amended)) == ([second], [first])
    assert told.of(reader) == second
    first.refresh_from_db()
    assert (first.conclusion, first.comment) == ("no_fracture", "first")
    case.refresh_from_db()
    assert case.read_at == first.created_at
    assert case.events.filter(kind=CaseEvent.Kind.READ_AMENDED).count() == 1


def test_two_readers_stand_side_by_side(case: Case, reader: User, hospital: Organization) -> None:
    other = UserFactory(organization=hospital, role=User.Role.SUPERVISING_READER)
    reads = {
        record_read(case=case, reader=person, conclusion="unsure") for person in (reader, other)
    }
    assert set(reads_of(case=case).standing) == reads
    assert {read.amends for read in reads} == {None}


def test_only_clinicians_of_the_reading_organization_read(
    case: Case,
    owner: User,
    colleague: User,
    partner: User,
    stranger: User,
    administrator: User,
    reading_administrator: User,
    operator: User,
    hospital: Organization,
) -> None:
    left = UserFactory(organization=hospital, is_active=False)
    people = (owner, colleague, partner, stranger, administrator, reading_administrator, operator)
    for person in (*people, left):
        with pytest.raises(PermissionDenied):
            record_read(case=case, reader=person, conclusion="fracture")
    assert not Read.objects.exists()
    case.refresh_from_db()
    assert case.read_at is None


def test_a_withdrawn_case_is_not_read(case: Case, reader: User, owner: User) -> None:
    RadiographFactory(case=case)
    corrections.withdraw_case(case=case, actor=owner, reason="wrong patient")
    with pytest.raises(CannotBeRead, match="withdrawn"):
        record_read(case=case, reader=reader, conclusion="fracture")


def test_nobody_amends_what_they_have_not_seen(case: Case, reader: User) -> None:
    """A form sent twice, or from a window that was opened before the first read."""
    first = record_read(case=case, reader=reader, conclusion="fracture")
    for seen in (None, uuid4()):
        with pytest.raises(CannotBeRead, match="meanwhile"):
            record_read(case=case, reader=reader, conclusion="unsure", amending=seen)
    second = record_read(case=case, reader=reader, conclusion="unsure", amending=first.pk)
    with pytest.raises(CannotBeRead, match="meanwhile"):
        record_read(case=case, reader=reader, conclusion="fracture", amending=first.pk)
    assert list(reads_of(case=case).standing) == [second]


@pytest.mark.parametrize(
    "wrong",
    [
        {"conclusion": "normal"},
        {"conclusion": "fracture", "other_findings": ["ghost"]},
        {"conclusion": "fracture", "agreement": "agree"},
        {"conclusion": "fracture", "analysis": "running"},
        {"conclusion": "fracture", "analysis": "foreign"},
        {"conclusion": "fracture", "analysis": "withdrawn"},
        {"conclusion": "fracture", "analysis": "own", "agreement": "perhaps"},
        {"conclusion": "fracture", "mark": (-1, 3)},
        {"conclusion": "fracture", "mark": (3, 129)},
        {"conclusion": "fracture", "mark": "foreign"},
        {"conclusion": "fracture", "mark": "withdrawn"},
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    case: Case, reader: User, analysis: Analysis, wrong: dict[str, Any]
) -> None:
    analyses = {
        "own": analysis,
        "foreign": AnalysisFactory(succeeded=True),
        "running": AnalysisFactory(radiograph=RadiographFactory(case=case)),
        "withdrawn": AnalysisFactory(
            succeeded=True,
            radiograph=RadiographFactory(
                case=case, withdrawn_at=timezone.now(), withdrawal_reason="x"
            ),
        ),
    }
    places: dict[str, Mark] = {
        "foreign": Mark(RadiographFactory(), 3, 3),
        "withdrawn": Mark(
            RadiographFactory(case=case, withdrawn_at=timezone.now(), withdrawal_reason="x"), 3, 3
        ),
    }
    given = dict(wrong)
    if "analysis" in given:
        given["analysis"] = analyses[given["analysis"]]
    if "mark" in given:
        place = given["mark"]
        given["mark"] = (
            Mark(analysis.radiograph, *place) if isinstance(place, tuple) else places[place]
        )
    with pytest.raises(CannotBeRead):
        record_read(case=case, reader=reader, **given)
    assert not Read.objects.exists()
    assert not case.events.filter(kind=CaseEvent.Kind.READ).exists()


def test_the_database_itself_refuses_half_a_mark_and_an_agreement_with_nothing(
    case: Case, reader: User
) -> None:
    kept = {"case": case, "reader": reader, "organization": reader.organization}
    for wrong in ({"marked_x": 3.0}, {"agreement": "agree"}, {"conclusion": "normal"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Read.objects.create(**{**kept, "conclusion": "fracture", **wrong})


def test_a_new_analysis_does_not_touch_a_read(case: Case, reader: User, analysis: Analysis) -> None:
    read = record_read(
        case=case, reader=reader, conclusion="no_fracture", analysis=analysis, agreement="disagree"
    )
    before = Read.objects.values().get()
    AnalysisFactory(
        radiograph=analysis.radiograph,
        model_version=analysis.model_version,
        succeeded=True,
        created_at=timezone.now() + timedelta(minutes=1),
    )
    read.refresh_from_db()
    assert Read.objects.values().get() == before
    assert read.analysis == analysis
