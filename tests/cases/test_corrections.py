"""A case is corrected or withdrawn, and the record says what and why."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Organization, User
from cases.models import Analysis, Case, CaseEvent, ModelVersion
from cases.services import analyses, status
from cases.services.corrections import (
    CannotBeWithdrawn,
    correct_case,
    withdraw_case,
    withdraw_radiograph,
)
from cases.vocabulary import AnalysisStatus, CaseStatus, FindingLevel, Purpose
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory


@pytest.fixture
def case(sender: Organization, hospital: Organization, model_version: ModelVersion) -> Case:
    """Two radiographs, both queued; submitted by `sender`, read by `hospital`."""
    row = CaseFactory(submitting_organization=sender, reading_organization=hospital)
    for _ in range(2):
        analyses.queue_analysis(radiograph=RadiographFactory(case=row))
    row.refresh_from_db()
    return row


def last(case: Case, kind: CaseEvent.Kind) -> CaseEvent:
    event = case.events.filter(kind=kind).last()
    assert event is not None
    return event


def test_a_correction_records_old_and_new(case: Case, owner: User) -> None:
    before = case.patient_reference
    changed = correct_case(
        case=case, actor=owner, patient_reference="P-NEW", side="left", body_region="wrist"
    )
    assert sorted(changed) == ["patient_reference", "side"]
    assert (case.patient_reference, case.side) == ("P-NEW", "left")
    event = last(case, CaseEvent.Kind.CORRECTED)
    assert event.actor == owner
    assert event.detail["changes"] == {
        "patient_reference": [before, "P-NEW"],
        "side": ["", "left"],
    }


def test_what_did_not_change_is_not_recorded(case: Case, owner: User) -> None:
    assert correct_case(case=case, actor=owner, body_region="wrist") == []
    assert not case.events.filter(kind=CaseEvent.Kind.CORRECTED).exists()


@pytest.mark.parametrize("wrong", [{"patient_reference": ""}, {"side": "top"}, {"sex": "x" * 40}])
def test_a_value_the_field_does_not_take_changes_nothing(
    case: Case, owner: User, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        correct_case(case=case, actor=owner, **wrong)
    name = next(iter(wrong))
    assert getattr(Case.objects.get(), name) != wrong[name]


def test_only_details_can_be_corrected(case: Case, owner: User) -> None:
    with pytest.raises(TypeError):
        correct_case(case=case, actor=owner, status="finished")  # type: ignore[call-arg]


def test_what_became_urgent_waits_in_the_urgent_lane(case: Case, owner: User) -> None:
    urgency = case.urgency
    correct_case(case=case, actor=owner, priority="urgent")
    assert set(Analysis.objects.values_list("status", "lane")) == {("queued", "urgent")}
    assert Analysis.objects.count() == 2
    assert case.urgency < urgency
    assert [e.kind for e in case.events.all()][-1] == "corrected"  # nothing cancelled, or asked for
    correct_case(case=case, actor=owner, priority="routine")
    assert set(Analysis.objects.values_list("lane", flat=True)) == {"routine"}


def test_what_became_urgent_needs_no_model_and_spares_shadow_analyses(
    case: Case, owner: User
) -> None:
    ModelVersion.objects.update(is_active=False)
    radiograph = case.radiographs.first()
    shadow = AnalysisFactory(radiograph=radiograph, purpose=Purpose.SHADOW)
    assert correct_case(case=case, actor=owner, priority="urgent") == ["priority"]
    shadow.refresh_from_db()
    assert shadow.status == AnalysisStatus.QUEUED
    assert set(Analysis.objects.filter(purpose=Purpose.CLINICAL).values_list("lane")) == {
        ("urgent",)
    }


def test_only_the_submitting_organization_corrects_and_withdraws(
    case: Case, reader: User, stranger: User, administrator: User
) -> None:
    for person in (reader, stranger):
        with pytest.raises(PermissionDenied):
            correct_case(case=case, actor=person, side="left")
        with pytest.raises(PermissionDenied):
            withdraw_case(case=case, actor=person, reason="no")
        with pytest.raises(PermissionDenied):
            withdraw_radiograph(radiograph=case.radiographs.first(), actor=person, reason="no")  # type: ignore[arg-type]
    assert correct_case(case=case, actor=administrator, side="left") == ["side"]


def test_a_withdrawal_cancels_what_waits_and_says_why(case: Case, owner: User) -> None:
    assert withdraw_case(case=case, actor=owner, reason=" Wrong patient. ")
    assert (case.status, case.withdrawal_reason) == (CaseStatus.WITHDRAWN, "Wrong patient.")
    assert set(Analysis.objects.values_list("status", flat=True)) == {"cancelled"}
    assert last(case, CaseEvent.Kind.WITHDRAWN).detail == {"reason": "Wrong patient."}
    assert not withdraw_case(case=case, actor=owner, reason="again")
    assert case.events.filter(kind=CaseEvent.Kind.WITHDRAWN).count() == 1
    with pytest.raises(PermissionDenied):
        correct_case(case=case, actor=owner, side="left")


def test_a_withdrawal_needs_a_reason(case: Case, owner: User) -> None:
    with pytest.raises(CannotBeWithdrawn):
        withdraw_case(case=case, actor=owner, reason="  ")
    case.refresh_from_db()
    assert case.withdrawn_at is None


def test_a_withdrawn_radiograph_counts_no_more(case: Case, owner: User) -> None:
    first, second = case.radiographs.all()
    AnalysisFactory(radiograph=first, succeeded=True, level=FindingLevel.FRACTURE)
    Analysis.objects.filter(status=AnalysisStatus.QUEUED, radiograph=first).delete()
    status.update_case(case_id=case.pk)
    case.refresh_from_db()
    assert case.level == "fracture"

    assert withdraw_radiograph(radiograph=first, actor=owner, reason="Another patient.")
    assert not withdraw_radiograph(radiograph=first, actor=owner, reason="Another patient.")
    case.refresh_from_db()
    assert case.level == "incomplete"
    assert last(case, CaseEvent.Kind.WITHDRAWN).radiograph == first
    with pytest.raises(CannotBeWithdrawn):
        withdraw_radiograph(radiograph=second, actor=owner, reason="The last one.")
