"""The printable report: the rows of the PDF, the radiographs, and NOT READ until all is read."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import Analysis, Case
from cases.services.reads import Mark, record_read
from tests.cases.views.page import address, html, text
from tests.factories import RadiographFactory, phantom

NOT_READ = "NOT READ: nobody has read all of this case yet."


@pytest.fixture
def mapped(analysis: Analysis) -> Analysis:
    analysis.heatmap.save("heatmap.png", ContentFile(phantom()))
    return analysis


def test_an_unread_case_says_so(page: Client, mapped: Analysis) -> None:
    response = page.get(address(mapped.radiograph.case, "report/"))
    said = text(response)
    for words in (
        NOT_READ,
        "ISL-0417",
        "Fracture suspected. Check all of the radiograph: no place is marked.",
        "83 %",
        "below 20 % no fracture found, above 60 % fracture suspected",
        "Decision support, not a cleared medical device.",
        "The same under the software's heatmap",
        "by reader@harbour.example",
    ):
        assert words in said
    assert f"/radiographs/{mapped.radiograph_id}/canonical" in html(response)
    assert f"/analyses/{mapped.pk}/heatmap" in html(response)


def test_a_read_case_tells_its_reads_and_marks(
    page: Client, reader: User, analysis: Analysis
) -> None:
    case = analysis.radiograph.case
    record_read(
        case=case,
        reader=reader,
        conclusion="fracture",
        side="left",
        comment="Lateral malleolus.\nNot displaced <1 mm.",
        mark=Mark(analysis.radiograph, 12.5, 40),
    )
    response = page.get(address(case, "report/"))
    said = text(response)
    assert "NOT READ" not in said
    for words in ("Fracture (left)", "Lateral malleolus.", "Not displaced <1 mm."):
        assert words in said
    assert '<circle cx="12.5" cy="40.0"' in html(response)


def test_a_further_radiograph_makes_it_unread_again(
    page: Client, reader: User, analysis: Analysis
) -> None:
    case = analysis.radiograph.case
    record_read(case=case, reader=reader, conclusion="fracture")
    assert NOT_READ not in text(page.get(address(case, "report/")))
    RadiographFactory(case=case)
    assert NOT_READ in text(page.get(address(case, "report/")))


def test_a_withdrawn_case_has_none(page: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(
        withdrawn_at=timezone.now(), withdrawal_reason="Wrong patient", status="withdrawn"
    )
    assert page.get(address(case, "report/"))["Location"] == address(case)


def test_the_case_leads_to_it(page: Client, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    assert f'href="{address(case, "report/")}"' in html(page.get(address(case)))
