"""What a read comes to: said to its reader, and shown wherever the case is listed."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Analysis, Case, Read
from cases.services.status import mark_unread, update_case
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, html, part, text
from tests.factories import AnalysisFactory, RadiographFactory, UserFactory

PLACE = {"marked_x": "10", "marked_y": "20"}


def read(page: Client, analysis: Analysis, **said: Any) -> str:
    """Post a read, and what the page says then."""
    case = analysis.radiograph.case
    sent = {"conclusion": "no_fracture", "analysis": str(analysis.pk), **said}
    return text(page.post(address(case, "read/"), sent, follow=True))


def test_the_conclusion_stands_before_what_the_software_says(
    page: Client, analysis: Analysis, colleague: User, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case
    update_case(case_id=case.pk)
    said = "Read: no fracture Software: fracture suspected"
    assert said not in text(page.get("/cases/"))
    read(page, analysis)
    for client in (page, sign_in(colleague)):
        assert said in text(client.get("/cases/"))
        assert said in text(client.get(address(case)))
    mark_unread(case_id=case.pk)
    assert "Read: no fracture" not in text(page.get("/cases/"))
    assert "Fracture suspected" in text(page.get(address(case)))


def test_readers_who_differ_are_both_shown(
    page: Client, analysis: Analysis, reader: User, sign_in: SignIn
) -> None:
    read(page, analysis)
    other = UserFactory(organization=reader.organization, role=User.Role.CLINICIAN)
    read(sign_in(other), analysis, conclusion="fracture")
    assert "Read: fracture Read: no fracture Software" in text(page.get("/cases/"))


def test_an_amendment_to_nothing_found_takes_its_mark_away(
    page: Client, analysis: Analysis
) -> None:
    marked = {"marked_radiograph": str(analysis.radiograph_id), **PLACE}
    read(page, analysis, conclusion="fracture", **marked)
    case, first = analysis.radiograph.case, Read.objects.get()
    assert 'data-marks="10.0,20.0 "' in html(page.get(address(case)))
    said = read(page, analysis, amending=str(first.pk), **marked)
    assert "It keeps no marked place, as it found nothing there." in said
    assert first.amended_by.marked_radiograph is None
    assert 'data-marks=""' in html(page.get(address(case)))


def test_another_finding_keeps_its_mark(page: Client, analysis: Analysis) -> None:
    marked = {"marked_radiograph": str(analysis.radiograph_id), **PLACE}
    read(page, analysis, other_findings=["effusion"], **marked)
    assert Read.objects.get().marked_x == 10


def test_a_conclusion_that_contradicts_is_a_disagreement(page: Client, analysis: Analysis) -> None:
    said = read(page, analysis)
    assert Read.objects.get().agreement == "disagree"
    assert "your organization has no other supervising reader" in said


def test_who_disagrees_is_told_who_looks_again(
    page: Client, analysis: Analysis, reader: User
) -> None:
    UserFactory(organization=reader.organization, role=User.Role.SUPERVISING_READER)
    UserFactory(
        organization=reader.organization, role=User.Role.SUPERVISING_READER, is_active=False
    )
    assert "1 supervising reader finds the case" in read(page, analysis, agreement="disagree")


def test_nobody_agrees_with_what_they_contradict(page: Client, analysis: Analysis) -> None:
    assert "Your conclusion contradicts the software's answer" in read(
        page, analysis, agreement="agree"
    )
    assert not Read.objects.exists()


@pytest.mark.parametrize("level", ["inconclusive", "not_assessable"])
def test_what_decides_nothing_asks_for_no_agreement(
    page: Client, analysis: Analysis, level: str
) -> None:
    probability = None if level == "not_assessable" else 0.3
    Analysis.objects.filter(pk=analysis.pk).update(level=level, probability=probability)
    form = page.get(address(analysis.radiograph.case)).context["read_form"]
    assert "agreement" not in form.fields
    assert ("analysis" in form.fields) is (level == "inconclusive")


def test_the_read_is_of_the_whole_case(page: Client, analysis: Analysis) -> None:
    """Whichever radiograph is open: one agrees with the answer that the case's level comes from."""
    case: Case = analysis.radiograph.case
    photograph = RadiographFactory(case=case, not_assessable="photograph", position=5)
    calm = AnalysisFactory(
        radiograph=RadiographFactory(case=case, position=6),
        model_version=analysis.model_version,
        succeeded=True,
        level="no_fracture_found",
        probability=0.02,
    )
    for shown in (photograph, calm.radiograph):
        told = part(page.get(address(case), {"radiograph": str(shown.pk)}), "reads")
        assert "The software's answer: Fracture suspected (Radiograph 1) (optional)" in told
        assert "Left open, a conclusion that contradicts it counts as a disagreement." in told


def test_what_was_typed_outlives_a_radiograph_that_came_meanwhile(
    page: Client, analysis: Analysis, reader: User
) -> None:
    case = analysis.radiograph.case
    assert reader.organization
    reader.organization.read_first = True
    reader.organization.save()
    said = read(page, analysis, comment="Lateral malleolus, two parts.")
    assert "Lateral malleolus, two parts." in said
    assert "Say in another tab what you see, then sign this read here." in said
    assert "Fracture suspected" not in said
    assert not case.reads.exists()
