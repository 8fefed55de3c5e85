"""How long a case has waited, and how many are before it, said anew with every question."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from cases.models import Analysis, Case
from cases.selectors import waiting
from cases.services import status
from tests.cases.views.page import address, html, part, text
from tests.factories import AnalysisFactory, RadiographFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def queued(case: Case | None = None, *, seconds: int = 0, lane: str = "routine") -> Analysis:
    since = NOW - timedelta(seconds=seconds)
    radiograph = RadiographFactory(case=case) if case else RadiographFactory()
    return AnalysisFactory.create(
        radiograph=radiograph, created_at=since, queued_at=since, lane=lane
    )


@pytest.mark.parametrize(
    ("lane", "sentence"),
    [
        # An urgent one that came later, and two routine ones that came earlier.
        ("routine", "Waiting for 40 seconds, 3 before this one"),
        ("urgent", "Waiting for 40 seconds, next in line"),
    ],
)
def test_the_page_says_how_long_and_what_is_before(
    page: Client, case: Case, lane: str, sentence: str
) -> None:
    queued(seconds=50)
    queued(seconds=41)
    queued(seconds=30)
    queued(seconds=10, lane="urgent")
    queued(case, seconds=40, lane=lane)
    AnalysisFactory(succeeded=True)
    status.update_case(case_id=case.pk)
    with time_machine.travel(NOW, tick=False):
        response = page.get(address(case))
        assert sentence in part(response, "answer")
        asked = page.get(address(case, "status/"), {"state": response.context["state"]})
        assert sentence in text(asked)
        assert 'id="waiting" class="small quiet" aria-live="off" hx-swap-oob="true"' in html(asked)


def test_a_long_line_is_not_counted_to_its_end(
    page: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_COUNTED", 2)
    for seconds in (60, 50, 45):
        queued(seconds=seconds)
    queued(case)
    status.update_case(case_id=case.pk)
    assert "2 or more before this one" in part(page.get(address(case)), "answer")


def test_who_does_not_wait_is_told_nothing(page: Client, analysis: Analysis) -> None:
    assert "Waiting for" not in part(page.get(address(analysis.radiograph.case)), "answer")


def test_it_costs_one_query(page: Client, case: Case, django_assert_num_queries: Any) -> None:
    queued(case)
    status.update_case(case_id=case.pk)
    state = page.get(address(case)).context["state"]
    with django_assert_num_queries(6):
        page.get(address(case, "status/"), {"state": state})
