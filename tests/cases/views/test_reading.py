"""Reading a case on its page: the form, what stands there afterwards, and what is refused."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from cases.models import Analysis, Case, Read
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, html, part, text
from tests.factories import AnalysisFactory, RadiographFactory


def sent(analysis: Analysis, **changes: Any) -> dict[str, Any]:
    return {
        "conclusion": "fracture",
        "agreement": "agree",
        "body_region": "ankle",
        "side": "left",
        "comment": "Lateral malleolus.",
        "analysis": str(analysis.pk),
        "radiograph": str(analysis.radiograph_id),
        **changes,
    }


def test_a_clinician_reads_on_the_case_page(page: Client, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    before = page.get(address(case))
    assert "Nobody has read this case yet." in part(before, "reads")
    assert "Sign this read" in part(before, "reads")
    response = page.post(
        address(case, "read/"),
        sent(
            analysis,
            other_findings=["effusion", "old_fracture"],
            marked_radiograph=str(analysis.radiograph_id),
            marked_x="10.5",
            marked_y="20",
        ),
    )
    assert response.status_code == 302
    assert response["Location"] == f"{address(case)}?radiograph={analysis.radiograph_id}"
    after = page.get(address(case))
    told = part(after, "reads")
    for words in (
        "Fracture Ankle, left",
        "Other findings: Joint effusion, Old or healing fracture",
        "Lateral malleolus.",
        "Agrees with the software",
        "Marked on",
        "reader@harbour.example, Harbour Hospital",
        "Amend your read",
    ):
        assert words in told
    assert 'data-marks="10.5,20.0 "' in html(after)
    assert "Agrees with the software" in part(after, "timeline")


def test_an_amendment_begins_with_what_was_said(page: Client, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    page.post(address(case, "read/"), sent(analysis))
    form = page.get(address(case)).context["read_form"]
    assert form.initial["comment"] == "Lateral malleolus."
    assert form.initial["agreement"] == "agree"
    again = page.post(address(case, "read/"), sent(analysis, conclusion="unsure"))
    assert again.status_code == 422
    assert "You have read this case meanwhile" in text(again)
    amending = str(form.initial["amending"])
    page.post(address(case, "read/"), sent(analysis, conclusion="unsure", amending=amending))
    told = part(page.get(address(case)), "reads")
    assert "1 read that was amended" in told
    assert told.index("Unsure") < told.index("1 read that was amended")
    assert Read.objects.count() == 2


def test_a_mark_is_carried_into_the_amendment(page: Client, analysis: Analysis) -> None:
    case, radiograph = analysis.radiograph.case, analysis.radiograph
    mark = {"marked_radiograph": str(radiograph.pk), "marked_x": "10", "marked_y": "20"}
    page.post(address(case, "read/"), sent(analysis, **mark))
    start = page.get(address(case)).context["read_form"].initial
    assert (start["marked_radiograph"], start["marked_x"]) == (radiograph.pk, 10)
    RadiographFactory(case=case)
    type(radiograph).objects.filter(pk=radiograph.pk).update(
        withdrawn_at=case.created_at, withdrawal_reason="x"
    )
    assert "marked_x" not in page.get(address(case)).context["read_form"].initial


def test_a_new_answer_brings_its_own_question(page: Client, analysis: Analysis) -> None:
    """The page that waits is given the answer and what to say about it together."""
    case = analysis.radiograph.case
    newer = AnalysisFactory(
        radiograph=analysis.radiograph, model_version=analysis.model_version, succeeded=True
    )
    fragment = html(page.get(address(case, "status/"), {"state": "old"}))
    assert 'id="read-agreement" hx-swap-oob="true"' in fragment
    assert f'name="analysis" value="{newer.pk}"' in fragment


def test_who_may_not_read_sees_reads_and_no_form(
    page: Client, analysis: Analysis, colleague: User, sign_in: SignIn
) -> None:
    case = analysis.radiograph.case
    theirs = sign_in(colleague)
    assert 'id="reads"' not in html(theirs.get(address(case)))
    page.post(address(case, "read/"), sent(analysis))
    told = part(theirs.get(address(case)), "reads")
    assert "Lateral malleolus." in told
    assert "Sign this read" not in told
    assert theirs.post(address(case, "read/"), sent(analysis)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"conclusion": ""}, "This field is required."),
        ({"conclusion": "normal"}, "Select a valid choice"),
        ({"other_findings": ["other"], "comment": " "}, "Say what the other finding is."),
        ({"comment": "x" * 2001}, "at most 2000 characters"),
        (
            {"marked_radiograph": "own", "marked_x": "9999", "marked_y": "1"},
            "The mark does not lie on a radiograph of this case.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    page: Client, analysis: Analysis, changes: dict[str, Any], sentence: str
) -> None:
    if "marked_radiograph" in changes:
        changes = {**changes, "marked_radiograph": str(analysis.radiograph_id)}
    response = page.post(address(analysis.radiograph.case, "read/"), sent(analysis, **changes))
    assert response.status_code == 422
    assert sentence in text(response)
    assert "Nothing was stored yet." in text(response)
    assert not Read.objects.exists()


def test_ids_of_another_case_are_worth_nothing(page: Client, analysis: Analysis) -> None:
    foreign = AnalysisFactory(radiograph=RadiographFactory(), succeeded=True)
    for one in (str(foreign.pk), str(uuid4())):
        Read.objects.all().delete()
        changes = {"analysis": one, "marked_radiograph": str(foreign.radiograph_id)}
        page.post(
            address(analysis.radiograph.case, "read/"),
            {**sent(analysis), **changes, "marked_x": "1", "marked_y": "1"},
        )
        read = Read.objects.first()
        assert read
        assert (read.analysis, read.agreement, read.marked_radiograph) == (None, "", None)


def test_a_withdrawn_case_is_not_read(page: Client, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    Case.objects.filter(pk=case.pk).update(
        withdrawn_at=case.created_at, withdrawal_reason="x", status="withdrawn"
    )
    assert page.post(address(case, "read/"), sent(analysis)).status_code == 302
    assert not Read.objects.exists()
    assert 'id="reads"' not in html(page.get(address(case)))


def test_without_an_answer_there_is_nothing_to_agree_with(page: Client, case: Case) -> None:
    RadiographFactory(case=case)
    response = page.get(address(case))
    assert "agreement" not in response.context["read_form"].fields
    page.post(address(case, "read/"), {"conclusion": "no_fracture", "agreement": "agree"})
    assert Read.objects.get().agreement == ""
