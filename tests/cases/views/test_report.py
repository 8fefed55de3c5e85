"""The report of a case: its words, its pictures, and NOT READ until somebody has read it."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from accounts.models import User
from cases.marks import Mark as Box
from cases.models import AccessRecord, Analysis, Case, Radiograph
from cases.report.pictures import LONG_SIDE, Print
from cases.services.reads import Mark, record_read
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address
from tests.factories import RadiographFactory


def report(client: Client, case: Case) -> PdfReader:
    response = client.get(address(case, "report.pdf"))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == f'inline; filename="case-{case.pk}.pdf"'
    return PdfReader(BytesIO(response.content))


def words(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_an_unread_case_says_so_on_every_page(page: Client, analysis: Analysis) -> None:
    for _ in range(4):
        RadiographFactory(case=analysis.radiograph.case)
    pdf = report(page, analysis.radiograph.case)
    assert len(pdf.pages) > 1
    assert all("NOT READ" in each.extract_text() for each in pdf.pages)
    told = words(pdf)
    for said in (
        "ISL-0417",
        "Nobody has read this case yet.",
        "Fracture suspected. Check all of the radiograph: no place is marked.",
        "83 %",
        "below 20 % no fracture found, above 60 % fracture suspected",
        "phantom-cnn",
        "Decision support, not a cleared medical device.",
        "Island Telemedicine",
        "reader@harbour.example",
        "reduced for print",
    ):
        assert said in told


def test_a_read_case_tells_its_reads(page: Client, reader: User, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    first = record_read(case=case, reader=reader, conclusion="unsure")
    record_read(
        case=case,
        reader=reader,
        conclusion="fracture",
        body_region="ankle",
        side="left",
        other_findings=["effusion"],
        comment="Перелом <b>лодыжки</b> & Bruch\nλξ",
        analysis=analysis,
        agreement="agree",
        mark=Mark(analysis.radiograph, 48, 64),
        amending=first.pk,
    )
    told = words(report(page, case))
    assert "NOT READ" not in told
    for said in (
        "The radiograph, with the places that readers marked (rings)",
        "Fracture (Ankle, left)",
        "Joint effusion",
        "Перелом <b>лодыжки</b> & Bruch λξ",
        "Agrees with the software",
        "Amended 1 time",
    ):
        assert said in told
    assert "Unsure" not in told


def test_pictures_of_the_radiograph_and_of_the_heatmap(page: Client, analysis: Analysis) -> None:
    alone = report(page, analysis.radiograph.case)
    assert len(alone.pages[0].images) == 1
    assert "under the software's heatmap" not in words(alone)
    over = BytesIO()
    Image.fromarray(np.full((128, 96, 4), (255, 0, 0, 255), np.uint8)).save(over, "PNG")
    analysis.heatmap.save("heat.png", ContentFile(over.getvalue()))
    pdf = report(page, analysis.radiograph.case)
    found = [Image.open(BytesIO(each.data)) for each in pdf.pages[0].images]
    pictures = [np.asarray(each.convert("RGB")) for each in found]
    assert len(pictures) == 2
    assert "The radiograph The same under the software's heatmap" in words(pdf)
    red = [picture.reshape(-1, 3).mean(axis=0) for picture in pictures]
    assert sorted(bool(each[0] > 200 and each[1] < 40) for each in red) == [False, True]


def test_a_large_radiograph_is_reduced_and_its_mark_stays_in_place() -> None:
    grey = BytesIO()
    Image.fromarray(np.zeros((3000, 1500), np.uint8)).save(grey, "PNG")
    made = np.asarray(Image.open(Print(grey.getvalue()).marked([(750, 1500)])), np.int64)
    assert made.shape[:2] == (LONG_SIDE, LONG_SIDE // 2)
    rows, columns = np.nonzero(made[..., 2] > 120)
    assert abs(rows.mean() - LONG_SIDE / 2) < 3
    assert abs(columns.mean() - LONG_SIDE / 4) < 3


def lit(radiograph: Image.Image, row: int, dashed: bool) -> np.ndarray:
    """Where along a row of a dark radiograph the light line of a box lies."""
    grey = BytesIO()
    radiograph.save(grey, "PNG")
    mark = Box(x=100, y=200, width=400, height=300, peak=0.8)
    made = Image.open(Print(grey.getvalue()).marked([], [mark], dashed=dashed)).convert("L")
    return np.asarray(made, np.int64)[row]


def test_marks_are_drawn_solid_or_dashed() -> None:
    black = Image.fromarray(np.zeros((700, 700), np.uint8))
    solid, dashed = (lit(black, 200, dashed=each)[110:490] > 120 for each in (False, True))
    assert solid.all()
    assert 0.4 < dashed.mean() < 0.75
    assert np.abs(np.diff(dashed.astype(int))).sum() > 20
    assert (lit(black, 350, dashed=False)[120:480] < 40).all()
    white = Image.fromarray(np.full((700, 700), 255, np.uint8))
    beside = np.stack([lit(white, row, dashed=False)[120:480] for row in range(195, 206)])
    assert (beside.min(axis=0) < 60).all()  # the dark line, where the light one would be lost


def test_marks_are_told_with_what_they_are_not(page: Client, analysis: Analysis) -> None:
    before = words(report(page, analysis.radiograph.case))
    assert "marks" not in before.replace("marked", "")
    box = {"x": 4.0, "y": 8.0, "width": 20.0, "height": 24.0, "peak": 0.71}
    Analysis.objects.update(marks=[box], level="inconclusive")
    told = words(report(page, analysis.radiograph.case))
    assert "1 mark (dashed): upper left, map up to 0.71." in told
    assert "They neither outline nor prove a fracture" in told
    assert "The radiograph, with the software's marks (boxes)" in told


def test_whoever_gets_a_report_was_sent_the_radiographs(
    page: Client, reader: User, analysis: Analysis
) -> None:
    report(page, analysis.radiograph.case)
    record = AccessRecord.objects.get(rendition="canonical")
    assert (record.user, record.radiograph) == (reader, analysis.radiograph)


def test_no_report_for_strangers_or_of_withdrawn_cases(
    page: Client, stranger: User, analysis: Analysis, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case
    assert sign_in(stranger).get(address(case, "report.pdf")).status_code == 404
    Case.objects.filter(pk=case.pk).update(
        withdrawn_at=case.created_at, withdrawal_reason="x", status="withdrawn"
    )
    assert page.get(address(case, "report.pdf")).status_code == 302
    assert not AccessRecord.objects.exists()


def test_a_lost_file_is_not_found_and_no_error(page: Client, analysis: Analysis) -> None:
    Radiograph.objects.update(canonical="gone.png")
    assert page.get(address(analysis.radiograph.case, "report.pdf")).status_code == 404


def test_without_its_heatmap_a_report_is_still_one(page: Client, analysis: Analysis) -> None:
    Analysis.objects.update(heatmap="gone.png")
    assert len(report(page, analysis.radiograph.case).pages[0].images) == 1


@pytest.mark.parametrize("text", ["x\n" * 900, "y" * 1000, "a <b> & </para> " * 60])
def test_texts_longer_than_a_page(
    page: Client, reader: User, analysis: Analysis, text: str
) -> None:
    case = analysis.radiograph.case
    Case.objects.filter(pk=case.pk).update(clinical_question=text[:1000])
    record_read(case=case, reader=reader, conclusion="fracture", comment=text)
    assert len(report(page, case).pages) >= 1


def test_not_read_is_printed_over_the_radiographs(page: Client, analysis: Analysis) -> None:
    content = report(page, analysis.radiograph.case).pages[0].get_contents()
    assert content is not None
    drawn = content.get_data()
    # The text across the page is the only one that is turned.
    assert drawn.rindex(b" Do") < drawn.index(b".57357")


def test_a_radiograph_that_came_after_the_read_makes_it_unread(
    page: Client, reader: User, analysis: Analysis
) -> None:
    case = analysis.radiograph.case
    record_read(case=case, reader=reader, conclusion="fracture")
    assert "NOT READ" not in words(report(page, case))
    RadiographFactory(case=case, created_at=timezone.now())
    assert "NOT READ" in words(report(page, case))


def test_the_number_of_queries_is_that_of_the_page(
    page: Client, analysis: Analysis, django_assert_num_queries: Any
) -> None:
    # Session, person, case, radiographs, analyses, reads, and the note of who was sent the image.
    with django_assert_num_queries(7):
        report(page, analysis.radiograph.case)
