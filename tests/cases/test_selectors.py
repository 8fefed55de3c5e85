"""What is read is limited to the person, and comes page by page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Organization, User
from cases.models import Analysis, Case, Radiograph
from cases.selectors import cursor as keyset
from cases.selectors.cases import (
    CaseFilters,
    cases_page,
    get_case,
    get_case_with_answers,
)
from cases.selectors.external_ids import cases_with_external_id
from cases.selectors.radiographs import get_analysis, get_radiograph
from cases.services.submission import submit_case
from tests.cases.files import upload
from tests.factories import AnalysisFactory, CaseFactory, ModelVersionFactory, RadiographFactory


@pytest.fixture
def case(sender: Organization, hospital: Organization) -> Case:
    return CaseFactory(submitting_organization=sender, reading_organization=hospital)


def test_both_organizations_and_the_operator_see_a_case_nobody_else(
    case: Case,
    owner: User,
    colleague: User,
    administrator: User,
    reader: User,
    operator: User,
    partner: User,
    stranger: User,
) -> None:
    analysis = AnalysisFactory(radiograph__case=case)
    radiograph = analysis.radiograph
    for person in (owner, colleague, administrator, reader, operator):
        assert get_case(user=person, case_id=case.pk) == case
        assert get_radiograph(user=person, radiograph_id=radiograph.pk) == radiograph
        assert get_analysis(user=person, analysis_id=analysis.pk) == analysis
        assert list(cases_page(user=person).cases) == [case]
    for person in (partner, stranger):
        with pytest.raises(Case.DoesNotExist):
            get_case(user=person, case_id=case.pk)
        with pytest.raises(Case.DoesNotExist):
            get_case_with_answers(user=person, case_id=case.pk)
        with pytest.raises(Radiograph.DoesNotExist):
            get_radiograph(user=person, radiograph_id=radiograph.pk)
        with pytest.raises(Analysis.DoesNotExist):
            get_analysis(user=person, analysis_id=analysis.pk)
        assert list(cases_page(user=person).cases) == []


def test_a_person_who_left_sees_nothing(case: Case, owner: User) -> None:
    owner.is_active = False
    assert list(cases_page(user=owner).cases) == []


def test_a_withdrawn_radiograph_is_shown_to_nobody(case: Case, owner: User) -> None:
    radiograph = RadiographFactory(
        case=case, withdrawn_at=timezone.now(), withdrawal_reason="wrong patient"
    )
    with pytest.raises(Radiograph.DoesNotExist):
        get_radiograph(user=owner, radiograph_id=radiograph.pk)


def test_pages_hold_every_case_once_in_order(owner: User, sender: Organization) -> None:
    moment = timezone.now()
    for number in range(11):  # some of them in the very same moment
        CaseFactory(
            submitting_organization=sender, created_at=moment - timedelta(minutes=number // 3)
        )
    seen: list[Case] = []
    cursor = ""
    for _ in range(10):
        page = cases_page(user=owner, cursor=cursor, size=4)
        seen += page.cases
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == list(Case.objects.order_by("-created_at", "-id"))


def test_a_case_that_arrives_meanwhile_shifts_no_page(owner: User, sender: Organization) -> None:
    old = [CaseFactory(submitting_organization=sender) for _ in range(4)][::-1]
    page = cases_page(user=owner, size=2)
    CaseFactory(submitting_organization=sender)
    assert [*page.cases, *cases_page(user=owner, cursor=page.next_cursor, size=2).cases] == old


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"reference": "AB-1"}, {"AB-1", "AB-10"}),
        ({"reference": "AB-1", "exact": True}, {"AB-1"}),
        ({"reference": "ab"}, set()),
        ({"reference": "%"}, {"%"}),
        ({"reference": "_"}, set()),
        ({"level": "fracture"}, {"AB-10"}),
        ({"status": "finished"}, {"AB-10"}),
        ({"body_region": "ankle"}, {"%"}),
        ({"level": "fracture", "body_region": "ankle"}, set()),
    ],
)
def test_filters(
    owner: User, sender: Organization, filters: dict[str, Any], expected: set[str]
) -> None:
    CaseFactory(submitting_organization=sender, patient_reference="AB-1")
    CaseFactory(
        submitting_organization=sender,
        patient_reference="AB-10",
        level="fracture",
        status="finished",
    )
    CaseFactory(submitting_organization=sender, patient_reference="%", body_region="ankle")
    page = cases_page(user=owner, filters=CaseFilters(**filters))
    assert {one.patient_reference for one in page.cases} == expected


def test_dates_are_whole_days(owner: User, sender: Organization) -> None:
    for day, hour in ((1, 23), (2, 0), (2, 23), (3, 0)):
        CaseFactory(
            submitting_organization=sender,
            patient_reference=f"{day} {hour}",
            created_at=datetime(2026, 3, day, hour, 30, tzinfo=UTC),
        )
    chosen = date(2026, 3, 2)
    page = cases_page(user=owner, filters=CaseFilters(received_from=chosen, received_to=chosen))
    assert [one.patient_reference for one in page.cases] == ["2 23", "2 0"]
    everything = CaseFilters(received_from=date.min, received_to=date.max)
    assert len(cases_page(user=owner, filters=everything).cases) == 4


@given(moment=st.datetimes(timezones=st.just(UTC)), pk=st.uuids())
def test_a_cursor_comes_back_as_it_went(moment: datetime, pk: object) -> None:
    assert keyset.decode(keyset.encode(moment, pk)) == (moment, pk)  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_any_other_text_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(keyset.BadCursor):
        keyset.decode(text)


@pytest.mark.parametrize("moment", ["2026-01-01T00:00:00", "0001-01-01T00:00:00+23:00"])
def test_odd_moments_in_a_cursor_are_no_error_of_ours(moment: str) -> None:
    import base64

    text = base64.urlsafe_b64encode(f"{moment} {uuid4()}".encode()).decode()
    try:
        at, _ = keyset.decode(text)
    except keyset.BadCursor:
        return
    assert at.tzinfo is not None


def test_a_case_is_found_by_its_accession_number_by_who_gave_it(
    owner: User, reader: User, stranger: User, operator: User
) -> None:
    ModelVersionFactory(is_active=True)
    case = submit_case(
        submitted_by=owner,
        files=[upload()],
        patient_reference="P",
        external_ids={"accession": "ACC-5"},
    )
    assert list(cases_with_external_id(user=owner, value=" ACC-5 ")) == [case.pk]
    assert not cases_with_external_id(user=owner, value="ACC-5", kinds=["order"])
    assert not cases_with_external_id(user=owner, value="ACC")
    for person in (reader, stranger, operator):  # not theirs to try out
        assert not cases_with_external_id(user=person, value="ACC-5")
