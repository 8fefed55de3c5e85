"""Marks on the page of a case: beside whose radiograph, in which line, and when there are none."""

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import User
from cases.meaning import FRACTURE_PROBABILITY
from cases.models import Analysis, Case
from cases.services import status
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, html, text
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, phantom

FIRST = {"x": 4.5, "y": 8.0, "width": 20.0, "height": 24.25, "peak": 0.71}
SECOND = {"x": 60.0, "y": 100.0, "width": 20.0, "height": 20.0, "peak": 0.35}
ABOUT = "They neither outline nor prove a fracture, and one may lie outside them."


def drawings(response: Any) -> list[str]:
    return re.findall(r'<svg class="viewer__boxes.*?</svg>', html(response), re.DOTALL)


@pytest.fixture
def marked(analysis: Analysis) -> Analysis:
    Analysis.objects.update(marks=[FIRST, SECOND])
    return analysis


def test_boxes_in_pixels_of_the_radiograph_with_their_words(page: Client, marked: Analysis) -> None:
    response = page.get(address(marked.radiograph.case))
    (drawing,) = drawings(response)
    assert 'viewBox="0 0 96 128"' in drawing
    assert drawing.count('<rect x="4.5" y="8.0" width="20.0" height="24.25"/>') == 1
    assert drawing.count('<rect class="shadow"') == drawing.count('<rect x="') == 2
    assert "dashed" not in drawing
    assert (
        'aria-label="2 marks (solid): upper left, map up to 0.71; lower right, map up to 0.35."'
        in drawing
    )
    assert ABOUT in text(response)
    assert 'aria-keyshortcuts="b"' in html(response)


def test_an_uncertain_answer_has_dashed_ones(page: Client, marked: Analysis) -> None:
    Analysis.objects.update(level="inconclusive")
    (drawing,) = drawings(page.get(address(marked.radiograph.case)))
    assert "viewer__boxes--dashed" in drawing
    assert "2 marks (dashed)" in drawing


def test_numbers_of_a_drawing_have_no_decimal_comma(
    page: Client, marked: Analysis, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "de"
    (drawing,) = drawings(page.get(address(marked.radiograph.case)))
    assert 'x="4.5"' in drawing


@pytest.mark.parametrize("changes", [{"marks": []}, {"level": "no_fracture_found"}])
def test_without_marks_nothing_is_drawn(
    page: Client, marked: Analysis, changes: dict[str, Any]
) -> None:
    """Of an analysis that is older than marks, and of one whose words say otherwise."""
    Analysis.objects.update(**changes)
    response = page.get(address(marked.radiograph.case))
    assert drawings(response) == []
    assert "map up to" not in html(response)


def test_they_arrive_with_the_answer(page: Client, marked: Analysis) -> None:
    response = page.get(address(marked.radiograph.case, "status/"))
    assert '<div id="marks" class="viewer__marks" hx-swap-oob="true">' in html(response)
    assert len(drawings(response)) == 1


def test_each_radiograph_of_a_comparison_has_its_own(page: Client, marked: Analysis) -> None:
    case = marked.radiograph.case
    earlier = CaseFactory(
        submitting_organization=case.submitting_organization,
        reading_organization=case.reading_organization,
        patient_reference=case.patient_reference,
    )
    beside = RadiographFactory(case=earlier, width=50, height=60)
    old = AnalysisFactory(radiograph=beside, succeeded=True, marks=[FIRST])
    AnalysisFactory(radiograph=beside, model_version=old.model_version)
    response = page.get(address(case), {"beside": str(beside.pk)})
    first, second = drawings(response)
    assert 'viewBox="0 0 96 128"' in first
    assert 'viewBox="0 0 50 60"' in second
    assert "1 mark (solid)" in second
    # Both answers, so that the two films are not compared by one of them.
    assert "Fracture suspected 83 %" in text(response).split("About image and analysis")[0]
    assert html(response).count('id="marks"') == 1


def test_lists_show_none(page: Client, marked: Analysis, reader: User, sign_in: SignIn) -> None:
    status.update_case(case_id=marked.radiograph.case_id)
    for where in ("/", "/cases/", "/cases.csv"):
        said = sign_in(reader).get(where).getvalue().decode()
        assert "map up to" not in said
        assert "viewer__boxes" not in said


def test_a_withdrawn_case_has_none(page: Client, marked: Analysis) -> None:
    Case.objects.update(
        status="withdrawn", withdrawn_at=marked.created_at, withdrawal_reason="Wrong patient."
    )
    response = page.get(address(marked.radiograph.case))
    assert drawings(response) == []
    assert ABOUT not in text(response)


def test_a_fracture_without_a_box_says_so(page: Client, analysis: Analysis) -> None:
    unmarked = "No box: no place of the map stood out enough"
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    case = analysis.radiograph.case
    # A map that only ranks places has no boxes, whatever is said.
    assert unmarked not in text(page.get(address(case)))
    analysis.model_version.manifest = {"map": {"kind": FRACTURE_PROBABILITY}}
    analysis.model_version.save()
    assert unmarked in text(page.get(address(case)))
    Analysis.objects.update(marks=[FIRST])
    marked = text(page.get(address(case)))
    assert "Check the marked place." in marked
    assert unmarked not in marked
    Analysis.objects.update(marks=[FIRST, FIRST])
    assert "Check the 2 marked places." in text(page.get(address(case)))
    Analysis.objects.update(marks=[], level="no_fracture_found", probability=0.1)
    assert unmarked not in text(page.get(address(case)))
