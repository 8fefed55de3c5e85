"""The page of a case: its words, who sees it, what it costs, and when it stops asking."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.models import Analysis, Case, CaseEvent, ModelVersion
from cases.services import status
from cases.vocabulary import AnalysisStatus, FindingLevel
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, html, part, poll, text
from tests.factories import AnalysisFactory, RadiographFactory

DISCLAIMER = (
    "Decision support, not a cleared medical device. Not made for spine, ribs, skull and face, "
    "nor for the follow-up of treated fractures."
)

NONE_FOUND = (
    "No fracture found by the software. "
    "This does not exclude one; other findings are not looked for."
)


@pytest.mark.parametrize(
    ("level", "probability", "words", "number"),
    [
        (
            "fracture",
            0.834,
            "Fracture suspected. Check all of the radiograph: no place is marked.",
            "83 %",
        ),
        ("inconclusive", 0.4, "Uncertain: the software cannot decide.", "40 %"),
        (
            "no_fracture_found",
            0.001,
            NONE_FOUND,
            "under 1 %",
        ),
    ],
)
def test_the_words_of_each_answer(
    page: Client, analysis: Analysis, level: str, probability: float, words: str, number: str
) -> None:
    Analysis.objects.update(level=level, probability=probability)
    response = page.get(address(analysis.radiograph.case))
    answer = part(response, "answer")
    assert words in answer
    assert f"{number} probability of a fracture" in answer
    assert DISCLAIMER in answer
    assert "Demonstration model, AUC 0.70 on radiographs it had not seen" in answer
    assert "Below 20 %: no fracture found. Above 60 %: fracture suspected." in answer
    assert "normal" not in text(response).lower()


def test_an_image_that_is_not_assessed_says_why_and_has_no_number(page: Client, case: Case) -> None:
    RadiographFactory(case=case, not_assessable="colour_photograph")
    answer = part(page.get(address(case)), "answer")
    assert (
        "Not assessed: it is a colour photograph, and the software was not measured on those. "
        "Read without it." in answer
    )
    assert DISCLAIMER in answer
    assert "%" not in answer


def test_a_failed_analysis_says_why_and_offers_another(page: Client, case: Case) -> None:
    AnalysisFactory(radiograph=RadiographFactory(case=case), failed=True)
    response = page.get(address(case))
    answer = part(response, "answer")
    assert "The analysis failed: The analysis was interrupted three times." in answer
    assert "Analyse again" in answer
    assert "/canonical" in html(response)  # the radiograph can be read


def test_an_earlier_answer_stands_while_a_newer_analysis_waits(
    page: Client, analysis: Analysis
) -> None:
    AnalysisFactory(radiograph=analysis.radiograph, model_version=analysis.model_version)
    answer = part(page.get(address(analysis.radiograph.case)), "answer")
    assert "Fracture suspected." in answer
    assert "A new analysis is on its way. The answer above is the earlier one." in answer
    assert "Analyse again" not in answer


def test_a_model_that_was_measured_with_an_interval_says_it(
    page: Client, analysis: Analysis, model_version: ModelVersion
) -> None:
    model_version.manifest = {
        "metrics": {"auc": {"value": 0.712, "low": 0.64, "high": 0.852}},
        "calibration": {"prevalence": 0.5},
    }
    model_version.save()
    answer = part(page.get(address(analysis.radiograph.case)), "answer")
    assert "AUC 0.71 (95 % interval 0.64 to 0.85)" in answer
    assert "Calibrated as if 50 % of the radiographs showed one." in answer
    ModelVersion.objects.update(is_demonstration=False)
    assert "Demonstration" not in part(page.get(address(analysis.radiograph.case)), "answer")


def test_a_region_it_was_not_made_for_is_called_out(page: Client, analysis: Analysis) -> None:
    Case.objects.update(body_region="spine")
    assert "The software was not made for this region (Spine)." in text(
        page.get(address(analysis.radiograph.case))
    )


def test_a_withdrawn_case_shows_its_reason_and_no_image(page: Client, analysis: Analysis) -> None:
    Case.objects.update(
        status="withdrawn", withdrawn_at=timezone.now(), withdrawal_reason="Wrong patient."
    )
    response = page.get(address(analysis.radiograph.case))
    assert "This case was withdrawn. Reason: Wrong patient." in text(response)
    assert "<img" not in html(response)
    assert "Analyse again" not in text(response)


def test_of_several_radiographs_the_chosen_one_is_shown(page: Client, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    other = RadiographFactory(case=case, view="lateral")
    assert "Answer for Radiograph 1" in part(page.get(address(case)), "answer")
    response = page.get(address(case), {"radiograph": str(other.pk)})
    assert "Answer for Lateral 2 Waiting for a model." in part(response, "answer")
    for odd in (uuid4(), "x", ""):
        assert page.get(address(case), {"radiograph": str(odd)}).status_code == 200


def test_opening_is_recorded_once_and_asking_is_not(
    page: Client, analysis: Analysis, reader: User
) -> None:
    case = analysis.radiograph.case
    page.get(address(case))
    page.get(address(case, "status/"))
    page.head(address(case))
    viewed = case.events.get(kind=CaseEvent.Kind.VIEWED)
    assert viewed.actor == reader
    page.get(address(case))
    assert "3 times" in part(page.get(address(case)), "timeline")
    assert "3 times" in part(page.get(address(case, "status/")), "timeline")


def test_the_page_asks_until_there_is_nothing_to_wait_for(page: Client, case: Case) -> None:
    analysis = AnalysisFactory(radiograph=RadiographFactory(case=case))
    status.update_case(case_id=case.pk)
    question = poll(page.get(address(case)))
    assert question

    waiting = page.get(question)  # nothing happened: a further question and nothing else
    question = poll(waiting)
    assert question
    assert "answer" not in html(waiting).replace('id="poll"', "")

    Analysis.objects.filter(pk=analysis.pk).update(
        status=AnalysisStatus.SUCCEEDED,
        level=FindingLevel.NO_FRACTURE_FOUND,
        probability=0.05,
        finished_at=timezone.now(),
    )
    status.update_case(case_id=case.pk)
    final = page.get(question)
    assert poll(final) is None
    assert "hx-trigger" not in html(final)
    assert "No fracture found by the software." in part(final, "answer")
    assert 'hx-swap-oob="true"' in html(final)


@pytest.mark.parametrize(
    ("n", "seconds"), [("", 1), ("3", 1), ("30", 2), ("300", 5), ("x", 1), ("9" * 40, 1), ("²", 1)]
)
def test_it_asks_soon_at_first_then_patiently(
    page: Client, case: Case, n: str, seconds: int
) -> None:
    AnalysisFactory(radiograph=RadiographFactory(case=case))
    status.update_case(case_id=case.pk)
    response = page.get(address(case, "status/"), {"n": n})
    assert f"load delay:{seconds}s" in html(response)


@pytest.mark.parametrize(
    ("action", "queries"), [("", 12), ("status/", 8), ("status/?state={state}", 5)]
)
def test_the_number_of_queries_does_not_grow(
    page: Client,
    analysis: Analysis,
    django_assert_num_queries: Any,
    action: str,
    queries: int,
) -> None:
    case = analysis.radiograph.case
    for _ in range(3):
        radiograph = RadiographFactory(case=case)
        for _ in range(2):
            AnalysisFactory(
                radiograph=radiograph, model_version=analysis.model_version, succeeded=True
            )
    action = action.format(state=page.get(address(case)).context["state"])
    # Session, person, case, radiographs, analyses; two for the timeline and one for the reads,
    # unless nothing changed;
    # opening the page also notes that it was opened, reads the external ids and looks for what the
    # radiograph may be laid beside and for reads.
    with django_assert_num_queries(queries):
        assert page.get(address(case, action)).status_code == 200


def test_a_case_without_a_model_says_what_it_waits_for(page: Client, case: Case) -> None:
    RadiographFactory(case=case)
    status.update_case(case_id=case.pk)
    response = page.get(address(case))
    answer = part(response, "answer")
    assert "Waiting for a model. The analysis begins when a model is active." in answer
    assert DISCLAIMER in answer
    assert "The heatmap comes with the answer." in text(response)
    assert poll(response)  # it follows


def test_strangers_find_nothing_and_the_anonymous_are_asked_to_sign_in(
    analysis: Analysis, stranger: User, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case
    for action in ("", "status/", "withdraw/", "correct/", "add/"):
        assert sign_in(stranger).get(address(case, action)).status_code == 404
        response = Client().get(address(case, action))
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/?next=/cases/")
    assert sign_in(stranger).post(address(case, "rerun/")).status_code == 404


def test_a_fragment_asked_for_after_signing_out_reloads_its_page(case: Case) -> None:
    response = Client().get(address(case, "status/"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response["HX-Refresh"] == "true"
    assert response.content == b""


def test_nothing_of_a_page_is_kept_on_the_way(page: Client, analysis: Analysis) -> None:
    response = page.get(address(analysis.radiograph.case))
    assert response["Cache-Control"] == "private, no-store"
    assert "HX-Request" in response["Vary"]
