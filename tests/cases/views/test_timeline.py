"""The timeline of a case page: why an analysis failed, and who may have it tried again."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import Analysis, Case, CaseEvent, ModelVersion
from cases.services import status, trail
from cases.services.analyses import claim, record_failure
from cases.vocabulary import AnalysisStatus
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, html, part
from tests.factories import AnalysisFactory, RadiographFactory

REASON = "The stored radiograph cannot be read: tell the operator, and send it again."


def buttons(response: Any) -> list[str]:
    """The radiographs for which the timeline offers to try again."""
    found = re.search(r'<section id="timeline".*?</section>', html(response), re.DOTALL)
    assert found
    return re.findall(r'name="radiograph" value="([^"]+)"', found.group())


def fail(analysis: Analysis) -> Analysis:
    assert claim(analysis_id=analysis.pk, worker_name="w")
    analysis.refresh_from_db()
    mine: dict[str, Any] = {"analysis_id": analysis.pk, "attempt": analysis.attempt}
    assert record_failure(**mine, code="radiograph_unreadable", message=REASON)
    analysis.refresh_from_db()
    return analysis


@pytest.fixture
def failed(case: Case, model_version: ModelVersion) -> Analysis:
    radiograph = RadiographFactory(case=case)
    return fail(AnalysisFactory(radiograph=radiograph, model_version=model_version))


def test_a_failed_analysis_says_why_and_can_be_tried_again(
    page: Client, failed: Analysis, reader: User
) -> None:
    case = failed.radiograph.case
    response = page.get(address(case))
    timeline = part(response, "timeline")
    assert f"Analysis failed now {REASON} Try again" in timeline
    (radiograph,) = buttons(response)
    after = page.post(address(case, "rerun/"), {"radiograph": radiograph}, follow=True)
    again = failed.radiograph.analyses.exclude(pk=failed.pk).get()
    assert (again.status, again.requested_by) == (AnalysisStatus.QUEUED, reader)
    failed.refresh_from_db()
    assert failed.status == AnalysisStatus.FAILED
    assert REASON in part(after, "timeline")
    assert buttons(after) == []


def test_only_the_last_failure_is_tried_again(page: Client, failed: Analysis) -> None:
    again = AnalysisFactory(radiograph=failed.radiograph, model_version=failed.model_version)
    case = failed.radiograph.case
    assert buttons(page.get(address(case))) == []
    fail(again)
    response = page.get(address(case))
    assert part(response, "timeline").count(REASON) == 2
    assert buttons(response) == [str(failed.radiograph.pk)]


def test_the_earlier_answer_stands_and_the_later_failure_is_tried_again(
    page: Client, analysis: Analysis
) -> None:
    later = AnalysisFactory(radiograph=analysis.radiograph, model_version=analysis.model_version)
    fail(later)
    assert buttons(page.get(address(analysis.radiograph.case))) == [str(analysis.radiograph.pk)]


def test_of_several_radiographs_each_has_its_own(page: Client, failed: Analysis) -> None:
    case = failed.radiograph.case
    other = RadiographFactory(case=case, view="lateral")
    fail(AnalysisFactory(radiograph=other, model_version=failed.model_version))
    response = page.get(address(case))
    assert set(buttons(response)) == {str(failed.radiograph.pk), str(other.pk)}
    assert "Try again Lateral 2" in part(response, "timeline")


def test_it_arrives_without_reloading(page: Client, failed: Analysis) -> None:
    response = page.get(address(failed.radiograph.case, "status/"))
    assert buttons(response) == [str(failed.radiograph.pk)]
    assert "csrfmiddlewaretoken" in html(response)


def test_both_sides_and_the_operator_are_offered_it(
    failed: Analysis, owner: User, colleague: User, operator: User, sign_in: SignIn
) -> None:
    for person in (owner, colleague, operator):
        assert buttons(sign_in(person).get(address(failed.radiograph.case)))


def test_others_can_neither_see_nor_do_it(
    failed: Analysis, stranger: User, partner: User, sign_in: SignIn
) -> None:
    case = failed.radiograph.case
    for person in (stranger, partner):
        assert sign_in(person).get(address(case)).status_code == 404
        data = {"radiograph": str(failed.radiograph.pk)}
        assert sign_in(person).post(address(case, "rerun/"), data).status_code == 404
    assert failed.radiograph.analyses.count() == 1


def test_what_is_withdrawn_is_not_tried_again(page: Client, failed: Analysis) -> None:
    case = failed.radiograph.case
    RadiographFactory(case=case)
    withdrawn: dict[str, Any] = {"withdrawn_at": timezone.now(), "withdrawal_reason": "x"}
    type(failed.radiograph).objects.filter(pk=failed.radiograph.pk).update(**withdrawn)
    response = page.get(address(case))
    assert REASON in part(response, "timeline")
    assert buttons(response) == []
    Case.objects.update(status="withdrawn", **withdrawn)
    assert buttons(page.get(address(case))) == []


def test_an_event_of_a_failure_without_its_analysis_is_only_told(page: Client, case: Case) -> None:
    RadiographFactory(case=case)
    trail.record_event(case=case, kind=CaseEvent.Kind.FAILED, actor=None)
    status.update_case(case_id=case.pk)
    response = page.get(address(case))
    assert "Analysis failed" in part(response, "timeline")
    assert buttons(response) == []
