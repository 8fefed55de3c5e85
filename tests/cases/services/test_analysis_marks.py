"""Marks are stored by the one write of a result, or nothing is."""

from typing import Any

import pytest

from cases.services import analyses
from cases.vocabulary import AnalysisStatus
from tests.cases.services.test_analyses import ANSWER, heatmaps, running

pytestmark = pytest.mark.django_db


def test_marks_are_part_of_the_one_write() -> None:
    mark = {"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.5, "peak": 0.7}
    analysis = running()
    mine: dict[str, Any] = {"analysis_id": analysis.pk, "attempt": 1}
    assert analyses.record_result(**mine, **ANSWER, marks=[mark])
    assert not analyses.record_result(**mine, **ANSWER, marks=[])
    analysis.refresh_from_db()
    assert analysis.marks == [mark]


def test_marks_that_cannot_be_drawn_cost_no_answer() -> None:
    analysis = running()
    wrong = {"x": 1.0, "y": 2.0, "width": -3.0, "height": 4.5, "peak": 0.7}
    assert analyses.record_result(analysis_id=analysis.pk, attempt=1, **ANSWER, marks=[wrong])
    analysis.refresh_from_db()
    assert (analysis.status, analysis.level) == (AnalysisStatus.SUCCEEDED, "fracture")
    assert analysis.marks == []
    assert len(heatmaps(analysis)) == 1
