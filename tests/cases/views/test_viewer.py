"""What the page gives the viewer: where the pixels are, how far apart, and what to lay beside."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, User
from cases.models import Case, Radiograph
from cases.selectors.radiographs import comparable_radiographs
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, html
from tests.factories import CaseFactory, RadiographFactory


@pytest.fixture
def radiograph(case: Case) -> Radiograph:
    return RadiographFactory(case=case)


@pytest.fixture
def earlier(case: Case) -> Radiograph:
    """Of the same patient, a year before."""
    before = CaseFactory(
        submitting_organization=case.submitting_organization,
        reading_organization=case.reading_organization,
        patient_reference=case.patient_reference,
        created_at=timezone.now() - timedelta(days=365),
    )
    return RadiographFactory(case=before)


def panes(response: object) -> list[dict[str, str]]:
    tags = re.findall(r"<div [^>]*data-pane[^>]*>", html(response))
    return [dict(re.findall(r'data-([a-z-]+)="([^"]*)"', tag)) for tag in tags]


def choices(response: object) -> list[str]:
    return re.findall(r'<option value="([0-9a-f-]{36})"', html(response))


def test_a_pane_knows_its_pixels(page: Client, radiograph: Radiograph) -> None:
    (pane,) = panes(page.get(address(radiograph.case)))
    assert (pane["width"], pane["height"]) == ("96", "128")
    assert pane["canonical"] == f"/radiographs/{radiograph.pk}/canonical"
    assert "deep" not in pane
    assert (pane["spacing-row"], pane["spacing-column"], pane["spacing-kind"]) == ("", "", "")


def test_sixteen_bits_and_millimetres_where_there_are_some(page: Client, case: Case) -> None:
    radiograph = RadiographFactory(
        case=case,
        deep="some-deep.png",
        pixel_spacing_row_mm=0.1435,
        pixel_spacing_column_mm=0.15,
        pixel_spacing_kind="detector",
    )
    (pane,) = panes(page.get(address(case)))
    assert pane["deep"] == f"/radiographs/{radiograph.pk}/deep"
    assert (pane["spacing-row"], pane["spacing-column"]) == ("0.1435", "0.15")
    assert pane["spacing-kind"] == "detector"


def test_alone_there_is_nothing_to_compare_with(page: Client, radiograph: Radiograph) -> None:
    response = page.get(address(radiograph.case))
    assert choices(response) == []
    assert "Compare" not in html(response)
    assert "All cases of this patient reference" not in html(response)


def test_another_view_and_an_earlier_case_can_be_laid_beside(
    page: Client, radiograph: Radiograph, earlier: Radiograph
) -> None:
    second = RadiographFactory(case=radiograph.case)
    response = page.get(address(radiograph.case))
    assert choices(response) == [str(second.pk), str(earlier.pk)]
    assert f"?reference={radiograph.case.patient_reference}&amp;exact=on" in html(response)
    for other in (second, earlier):
        response = page.get(address(radiograph.case), {"beside": str(other.pk)})
        shown, beside = panes(response)
        assert shown["canonical"] == f"/radiographs/{radiograph.pk}/canonical"
        assert beside["canonical"] == f"/radiographs/{other.pk}/canonical"
        assert "Close comparison" in html(response)


def test_nothing_else_is_laid_beside(page: Client, radiograph: Radiograph) -> None:
    for wanted in ("", "x", str(radiograph.pk), str(RadiographFactory().pk)):
        assert len(panes(page.get(address(radiograph.case), {"beside": wanted}))) == 1


def test_the_reference_of_another_sender_is_another_patient(
    case: Case, reader: User, radiograph: Radiograph, hospital: Organization
) -> None:
    """The reader's organization gets cases from two senders who use the same reference."""
    RadiographFactory(
        case=CaseFactory(reading_organization=hospital, patient_reference=case.patient_reference)
    )
    assert comparable_radiographs(user=reader, case=case) == [radiograph]


def test_what_one_may_not_see_or_was_withdrawn_is_not_offered(
    case: Case, reader: User, owner: User, radiograph: Radiograph, earlier: Radiograph
) -> None:
    elsewhere = CaseFactory(
        submitting_organization=case.submitting_organization,
        patient_reference=case.patient_reference,
    )
    hidden = RadiographFactory(case=elsewhere)
    assert comparable_radiographs(user=reader, case=case) == [radiograph, earlier]
    assert hidden in comparable_radiographs(user=owner, case=case)
    Radiograph.objects.filter(pk=earlier.pk).update(
        withdrawn_at=timezone.now(), withdrawal_reason="wrong patient"
    )
    assert comparable_radiographs(user=reader, case=case) == [radiograph]


def test_the_cases_own_views_come_first_however_many_others_there_are(
    case: Case, reader: User, radiograph: Radiograph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.selectors.radiographs.MOST_COMPARED", 3)
    for days in range(1, 4):
        later = CaseFactory(
            submitting_organization=case.submitting_organization,
            reading_organization=case.reading_organization,
            patient_reference=case.patient_reference,
            created_at=timezone.now() + timedelta(days=days),
        )
        RadiographFactory(case=later)
    found = comparable_radiographs(user=reader, case=case)
    assert found[0] == radiograph
    assert len(found) == 3


def test_strangers_get_no_comparison(
    radiograph: Radiograph, earlier: Radiograph, stranger: User, sign_in: SignIn
) -> None:
    response = sign_in(stranger).get(address(radiograph.case), {"beside": str(earlier.pk)})
    assert response.status_code == 404
