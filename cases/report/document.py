"""A report laid out on pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from cases.answers import DISCLAIMER, Answer
from cases.models import Case
from cases.report import words
from cases.selectors.reads import Reads

FONTS = Path(__file__).resolve().parents[1] / "fonts"
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
QUIET = colors.HexColor("#485763")
TALLEST = 95 * mm


@dataclass(frozen=True)
class Told:
    """What a report tells. `pictures` holds for each answer the radiograph, and the same with the
    heatmap where there is one, as JPEG files."""

    case: Case
    answers: Sequence[Answer]
    pictures: Sequence[Sequence[BytesIO]]
    reads: Reads
    made_by: str
    made_at: str


def report_pdf(told: Told) -> bytes:
    """The finished PDF. Until somebody has read all of the case each page says so across."""
    _register()
    buffer = BytesIO()
    document = _Document(
        buffer,
        told=told,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=24 * mm,
        title=_("Case %(reference)s") % {"reference": told.case.patient_reference},
        author=str(told.case.reading_organization),
        lang="en",
    )
    document.build(list(_story(told)))
    return buffer.getvalue()


class _Document(SimpleDocTemplate):
    """Draws what stands on every page last, over the radiographs."""

    def __init__(self, file: BytesIO, *, told: Told, **options: Any) -> None:
        super().__init__(file, **options)
        self.told = told

    def afterPage(self) -> None:  # noqa: N802  (ReportLab's name)
        _frame(self.canv, self.told, self.page)


@cache
def _register() -> None:
    """DejaVu, for names and comments of any European script; licence beside the files."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, FONTS / f"{name}.ttf"))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR)


def _style(size: float, *, bold: bool = False, quiet: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{quiet}",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=1.35 * size,
        textColor=QUIET if quiet else colors.black,
    )


def _story(told: Told) -> Iterable[Flowable]:
    yield Paragraph(escape(told.case.patient_reference), _style(18, bold=True))
    yield Spacer(0, 4 * mm)
    yield _rows(words.of_case(told.case))
    for read in told.reads.standing:
        yield _section(_("Read"), _rows(words.of_read(read, told.reads.amended)))
    if not told.reads.standing:
        yield _section(_("Read"), _text(_("Nobody has read this case yet.")))
    for answer, pictures in zip(told.answers, told.pictures, strict=True):
        ringed = bool(told.reads.marks_on(answer.radiograph))
        captions = words.captions(answer, ringed=ringed)
        yield _section(str(answer.radiograph), _side_by_side(pictures, captions))
        yield Spacer(0, 2 * mm)
        yield _rows(words.of_answer(answer))
    yield Spacer(0, 4 * mm)
    yield _text(_("The pictures are reduced for print and are not meant for reading."), quiet=True)


def _section(title: str, *parts: Flowable) -> KeepTogether:
    head = Paragraph(escape(title), _style(12, bold=True))
    return KeepTogether([Spacer(0, 6 * mm), head, Spacer(0, 2 * mm), *parts])


def _text(said: str, *, quiet: bool = False) -> Paragraph:
    return Paragraph(escape(said).replace("\n", "<br/>"), _style(9, quiet=quiet))


def _rows(rows: Iterable[words.Row]) -> Table:
    cells = [[_text(title, quiet=True), _text(said)] for title, said in rows]
    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    # A comment may be longer than a page.
    widths = [42 * mm, WIDTH - 42 * mm]
    return Table(cells, colWidths=widths, style=style, hAlign="LEFT", splitInRow=1)


def _side_by_side(pictures: Sequence[BytesIO], captions: Sequence[str]) -> Table:
    """Pictures in a row, each over its caption; there may be more captions than pictures."""
    column = WIDTH / 2
    room = column - 4 * mm
    images = []
    for picture in pictures:
        image = Image(picture)
        scale = min(room / image.imageWidth, TALLEST / image.imageHeight)
        image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
        images.append(image)
    said = [_text(caption, quiet=True) for caption in captions[: len(images)]]
    style = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return Table([images, said], colWidths=[column] * len(images), style=style, hAlign="LEFT")


def _frame(canvas: Canvas, told: Told, page: int) -> None:
    canvas.saveState()
    if not told.reads.cover([one.radiograph for one in told.answers]):
        canvas.setFont(BOLD, 64)
        canvas.setFillColor(colors.HexColor("#9b1138"), alpha=0.16)
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(55)
        canvas.drawCentredString(0, -20, _("NOT READ"))
        canvas.restoreState()
        canvas.saveState()
    made = _("%(reference)s, made %(at)s by %(who)s, page %(page)d") % {
        "reference": told.case.patient_reference,
        "at": told.made_at,
        "who": told.made_by,
        "page": page,
    }
    for height, said in ((16 * mm, str(DISCLAIMER)), (9 * mm, made)):
        line = Paragraph(escape(said), _style(7, quiet=True))
        line.wrap(WIDTH, 12 * mm)
        line.drawOn(canvas, MARGIN, height - 2 * mm)
    canvas.restoreState()
