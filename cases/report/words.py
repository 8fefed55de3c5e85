"""What stands in a report: rows of words, without any layout."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.answers import Answer
from cases.marks import ABOUT
from cases.models import Case, Read

Row = tuple[str, str]


def of_case(case: Case) -> list[Row]:
    """What came in."""
    region = case.get_body_region_display() or _("Not stated")
    side = f", {case.get_side_display().lower()}" if case.side else ""
    age = (
        ngettext("%(n)d year", "%(n)d years", case.age_years) % {"n": case.age_years}
        if case.age_years is not None
        else ""
    )
    patient = ", ".join(filter(None, [age, case.get_sex_display().lower() if case.sex else ""]))
    rows = [
        (_("Region"), f"{region}{side}"),
        (_("Patient"), patient or _("Not stated")),
        (_("Clinical question"), case.clinical_question),
        (_("Received"), moment(case.created_at)),
        (_("Sent by"), str(case.submitting_organization)),
        (_("To be read by"), str(case.reading_organization)),
    ]
    return [row for row in rows if row[1]]


def of_answer(answer: Answer) -> Iterator[Row]:
    """What the software said about one radiograph."""
    yield _("Software"), f"{answer.words} {answer.more}"
    analysis = answer.analysis
    if analysis is None or not analysis.level:
        return
    if analysis.probability is not None:
        yield _("Probability of a fracture"), percent(analysis.probability)
    limits = analysis.thresholds
    if limits.get("rule_out") and limits.get("rule_in"):
        yield (
            _("Thresholds"),
            _("below %(low)s no fracture found, above %(high)s fracture suspected")
            % {"low": percent(limits["rule_out"]), "high": percent(limits["rule_in"])},
        )
    if answer.marks:
        yield _("Marks"), f"{answer.marks_told} {ABOUT}"
    yield _("Model"), str(analysis.model_version)


def captions(answer: Answer, *, ringed: bool) -> tuple[str, str]:
    """What stands under the radiograph, and under the same with its heatmap. `ringed` says whether
    readers marked places on it."""
    if answer.marks and ringed:
        first = _(
            "The radiograph, with the software's marks (boxes) and the places that readers "
            "marked (rings)"
        )
    elif answer.marks:
        first = _("The radiograph, with the software's marks (boxes)")
    elif ringed:
        first = _("The radiograph, with the places that readers marked (rings)")
    else:
        first = _("The radiograph")
    return first, _("The same under the software's heatmap")


def of_read(read: Read, amended: Sequence[Read]) -> Iterator[Row]:
    """What a clinician concluded."""
    where = ", ".join(
        filter(None, [read.get_body_region_display(), read.get_side_display().lower()])
    )
    said = str(read.get_conclusion_display())
    yield _("Conclusion"), f"{said} ({where})" if where else said
    if read.other_findings:
        yield _("Other findings"), ", ".join(read.findings)
    if read.comment:
        yield _("Comment"), read.comment
    if read.agreement:
        yield _("Software's answer"), str(read.get_agreement_display())
    yield _("Read by"), f"{read.reader}, {read.organization}"
    yield _("Read"), moment(read.created_at)
    count = sum(one.reader_id == read.reader_id for one in amended)
    if count:
        yield _("Amended"), ngettext("%(n)d time", "%(n)d times", count) % {"n": count}


def percent(share: float) -> str:
    """As the page says it: never a certainty."""
    number = round(100 * share)
    if number < 1:
        return _("under 1 %")
    return _("over 99 %") if number > 99 else f"{number} %"


def moment(at: datetime) -> str:
    """A date and time in the reader's zone."""
    return date_format(localtime(at), "j M Y, H:i")
