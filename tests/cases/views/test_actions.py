"""Asking again, correcting, withdrawing: who may, and what the page says then."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import Analysis, Case, ModelVersion
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import text
from tests.factories import AnalysisFactory, RadiographFactory


def address(case: Case, action: str) -> str:
    return f"/cases/{case.pk}/{action}/"


@pytest.fixture
def details(case: Case) -> dict[str, str]:
    """The correction form as the page fills it in."""
    return {"patient_reference": case.patient_reference, "body_region": "wrist"}


def test_both_sides_may_ask_again(
    analysis: Analysis, owner: User, reader: User, operator: User, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case
    for number, person in enumerate((owner, reader, operator), start=1):
        Analysis.objects.filter(status="queued").update(
            status="cancelled", finished_at="2026-01-01T00:00Z"
        )
        response = sign_in(person).post(address(case, "rerun"), follow=True)
        assert "1 analysis was asked for." in text(response)
        assert case.radiographs.get().analyses.count() == 1 + number


def test_asking_again_spares_what_is_withdrawn_or_not_assessable(
    analysis: Analysis, owner: User, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case
    other = RadiographFactory(case=case)
    RadiographFactory(case=case, not_assessable="colour_photograph")
    RadiographFactory(case=case, withdrawn_at="2026-01-01T00:00Z", withdrawal_reason="wrong")
    client = sign_in(owner)
    client.post(address(case, "rerun"), {"radiograph": str(other.pk)})
    assert [a.radiograph for a in Analysis.objects.filter(status="queued")] == [other]
    said = text(client.post(address(case, "rerun"), follow=True))
    assert "2 analyses were asked for." in said
    assert Analysis.objects.filter(status="queued").count() == 2
    for named in (str(RadiographFactory().pk), "nonsense"):
        said = text(client.post(address(case, "rerun"), {"radiograph": named}, follow=True))
        assert "This radiograph is withdrawn already; nothing was changed." in said
    assert Analysis.objects.filter(status="queued").count() == 2


def test_without_a_model_asking_again_says_so(
    analysis: Analysis, owner: User, sign_in: SignIn
) -> None:
    ModelVersion.objects.update(is_active=False)
    case = analysis.radiograph.case
    said = text(sign_in(owner).post(address(case, "rerun"), follow=True))
    assert "No model is active." in said


def test_asking_again_is_not_a_link(analysis: Analysis, owner: User, sign_in: SignIn) -> None:
    assert sign_in(owner).get(address(analysis.radiograph.case, "rerun")).status_code == 405


def test_a_correction_is_saved_and_told(
    case: Case, owner: User, details: dict[str, str], sign_in: SignIn
) -> None:
    client = sign_in(owner)
    assert 'value="ISL-0417"' in client.get(address(case, "correct")).content.decode()
    response = client.post(address(case, "correct"), {**details, "side": "right"}, follow=True)
    assert "The details were corrected." in text(response)
    assert "Side: not stated → Right" in text(response)
    again = client.post(address(case, "correct"), {**details, "side": "right"}, follow=True)
    assert "Nothing was changed." in text(again)
    bad = client.post(address(case, "correct"), {**details, "patient_reference": ""})
    assert bad.status_code == 422


def test_an_old_tab_does_not_undo_what_a_colleague_corrected(
    case: Case, owner: User, colleague: User, sign_in: SignIn
) -> None:
    page = sign_in(owner).get(address(case, "correct")).content.decode()
    fields = dict(re.findall(r'<input[^>]* name="(initial-[^"]+)"[^>]*? value="([^"]*)"', page))
    assert fields["initial-priority"] == "routine"
    sent = {name.removeprefix("initial-"): value for name, value in fields.items()}
    sign_in(colleague).post(address(case, "correct"), {**sent, "body_region": "ankle"})
    sign_in(owner).post(address(case, "correct"), {**fields, **sent, "age_years": "26"})
    case.refresh_from_db()
    assert (case.body_region, case.age_years) == ("ankle", 26)


def test_who_reads_a_case_may_not_correct_or_withdraw_it(
    case: Case, reader: User, sign_in: SignIn, details: dict[str, str]
) -> None:
    client = sign_in(reader)
    for action in ("correct", "withdraw"):
        assert client.get(address(case, action)).status_code == 403
        assert client.post(address(case, action), {**details, "reason": "x"}).status_code == 403
    page = text(client.get(f"/cases/{case.pk}/"))
    assert "Withdraw" not in page
    case.refresh_from_db()
    assert case.withdrawn_at is None


def test_a_case_is_withdrawn_with_a_reason(case: Case, owner: User, sign_in: SignIn) -> None:
    RadiographFactory(case=case)
    client = sign_in(owner)
    assert client.post(address(case, "withdraw"), {"reason": ""}).status_code == 422
    response = client.post(address(case, "withdraw"), {"reason": "Wrong patient."}, follow=True)
    assert "The case was withdrawn." in text(response)
    assert "Reason: Wrong patient." in text(response)
    for action in ("correct", "withdraw", "add"):  # the browser's Back leads here
        back = client.get(address(case, action), follow=True)
        assert back.redirect_chain == [(f"/cases/{case.pk}/", 302)]
        assert "nothing more can be changed" in text(back)
    assert client.post(address(case, "rerun")).status_code == 302
    assert not Analysis.objects.exists()


def test_one_radiograph_of_several_is_withdrawn(case: Case, owner: User, sign_in: SignIn) -> None:
    first, second = RadiographFactory(case=case), RadiographFactory(case=case)
    client: Client = sign_in(owner)
    assert "Only Radiograph 2" in text(client.get(address(case, "withdraw")))
    response = client.post(
        address(case, "withdraw"), {"reason": "blurred", "radiograph": str(first.pk)}, follow=True
    )
    assert "The radiograph was withdrawn." in text(response)
    kept = case.radiographs.filter(withdrawn_at__isnull=True)
    assert list(kept) == [second]


def test_naming_a_radiograph_never_withdraws_the_case(
    case: Case, owner: User, sign_in: SignIn
) -> None:
    first, second = RadiographFactory(case=case), RadiographFactory(case=case)
    client: Client = sign_in(owner)
    sent = {"reason": "blurred", "radiograph": str(first.pk)}
    client.post(address(case, "withdraw"), sent)
    for named in (str(first.pk), "nonsense"):  # a second click, an old page, a wrong address
        again = client.post(address(case, "withdraw"), {**sent, "radiograph": named}, follow=True)
        assert "This radiograph is withdrawn already; nothing was changed." in text(again)
        looked = client.get(address(case, "withdraw"), {"radiograph": named})
        assert looked.status_code == 302
    last = client.post(address(case, "withdraw"), {**sent, "radiograph": str(second.pk)})
    assert last.status_code == 422
    assert "It is the only radiograph: withdraw the case instead." in text(last)
    assert "The whole case is withdrawn" in text(last)
    case.refresh_from_db()
    second.refresh_from_db()
    assert (case.withdrawn_at, second.withdrawn_at) == (None, None)


def test_a_case_becomes_urgent_without_a_model(
    case: Case, owner: User, details: dict[str, str], sign_in: SignIn
) -> None:
    AnalysisFactory(radiograph=RadiographFactory(case=case))
    response = sign_in(owner).post(address(case, "correct"), {**details, "priority": "urgent"})
    assert response.status_code == 302
    assert Analysis.objects.get().lane == "urgent"


def test_a_deadline_beyond_the_calendar_is_told(
    case: Case, owner: User, details: dict[str, str], sign_in: SignIn
) -> None:
    for zone, moment in (("America/New_York", "9999-12-31T23:59"), ("UTC", "2201-01-01T00:00")):
        with timezone.override(zone):
            sent = {**details, "reading_deadline": moment}
            response = sign_in(owner).post(address(case, "correct"), sent)
        assert response.status_code == 422
        assert "Use a year from 1900 to 2200." in text(response)
