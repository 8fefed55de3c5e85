"""First impressions: what they open, when another is asked for, and what is none."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Organization, User
from cases.models import Analysis, Case, CaseEvent, FirstImpression, Read
from cases.services.impressions import record_impression
from cases.services.reads import CannotBeRead, record_read
from cases.services.status import update_case
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, part, text
from tests.cases.views.withheld import NOW, answer, answered_cases, read_first, still  # noqa: F401
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory


def ids(case: Case) -> list[str]:
    return [str(one.pk) for one in case.radiographs.filter(withdrawn_at__isnull=True)]


def said(case: Case, reader: User, conclusion: str) -> FirstImpression:
    seen = [one.pk for one in case.radiographs.all()]
    return record_impression(case=case, reader=reader, conclusion=conclusion, seen=seen)


@pytest.mark.usefixtures("read_first")
def test_an_impression_opens_its_case_and_no_other(
    page: Client, reader: User, world: list[Analysis]
) -> None:
    answer(world, turned=False)
    case, other = world[0].radiograph.case, world[2].radiograph.case
    before = page.get(address(case))
    assert "Harbour Hospital wants your own eyes first." in part(before, "answer")
    assert "Report (PDF)" not in text(before)
    assert page.get(f"/analyses/{world[0].pk}/heatmap").status_code == 404
    chosen = {
        "conclusion": "unsure",
        "seen": ids(case),
        "radiograph": str(world[0].radiograph_id),
    }
    response = page.post(address(case, "impression/"), chosen)
    assert response["Location"] == f"{address(case)}?radiograph={world[0].radiograph_id}"
    after = page.get(address(case))
    assert "Fracture suspected." in part(after, "answer")
    assert "First impression: Unsure (reader@harbour.example" in part(after, "reads")
    assert "Sign this read" in part(after, "reads")
    assert "Unsure" in part(after, "timeline")
    assert page.get(f"/analyses/{world[0].pk}/heatmap").status_code == 200
    assert page.get(address(case, "report.pdf")).status_code == 200
    assert "Not shown yet" not in text(after)
    assert "wants your own eyes first" in text(page.get(address(other)))
    level = {case.pk: case for case in page.get("/cases/?level=fracture").context["page"].cases}
    assert set(level) == {case.pk}


@pytest.mark.usefixtures("read_first")
def test_a_further_radiograph_asks_for_another_impression(
    page: Client, reader: User, world: list[Analysis]
) -> None:
    case = world[0].radiograph.case
    said(case, reader, "fracture")
    assert "wants your own eyes first" not in text(page.get(address(case)))
    further = RadiographFactory(case=case, created_at=NOW + timedelta(seconds=1))
    assert "wants your own eyes first" in text(page.get(address(case)))
    with time_machine.travel(NOW + timedelta(minutes=1)):
        said(case, reader, "no_fracture")
    assert "wants your own eyes first" not in text(page.get(address(case)))
    type(further).objects.filter(pk=further.pk).update(withdrawn_at=NOW, withdrawal_reason="x")
    assert case.impressions.count() == 2


@pytest.mark.usefixtures("read_first")
def test_a_read_before_organizations_wanted_impressions_is_enough(
    page: Client, reader: User, world: list[Analysis]
) -> None:
    case, own = world[0].radiograph.case, reader.organization
    assert own is not None
    Read.objects.create(case=case, reader=reader, organization=own, conclusion="fracture")
    assert "wants your own eyes first" not in text(page.get(address(case)))


@pytest.mark.usefixtures("read_first")
def test_a_read_waits_for_the_impression(page: Client, world: list[Analysis]) -> None:
    case = world[0].radiograph.case
    for response in (
        page.get(address(case, "read/")),
        page.get(address(case, "report.pdf")),
        page.get(address(case, "report/")),
    ):
        assert response["Location"] == address(case)
    assert "Say first what you see" in text(page.get(address(case)))
    assert case.reads.count() == 1


@pytest.mark.usefixtures("read_first")
def test_what_was_seen_when_is_kept(page: Client, reader: User, world: list[Analysis]) -> None:
    answer(world, turned=False)
    case = world[0].radiograph.case
    page.get(address(case))
    page.get(address(case, "status/"), {"state": "old"})
    page.post(address(case, "impression/"), {"conclusion": "fracture", "seen": ids(case)})
    page.get(address(case))
    looks = case.events.filter(actor=reader).order_by("pk").values_list("kind", "detail")
    assert list(looks) == [
        (CaseEvent.Kind.VIEWED, {"answer": "withheld"}),
        (CaseEvent.Kind.FIRST_IMPRESSION, {"conclusion": "fracture"}),
        (CaseEvent.Kind.VIEWED, {"answer": "fracture"}),
    ]
    # The answer that comes while the page is open is seen then.
    page.get(address(case, "status/"), {"state": "old"})
    assert case.events.filter(actor=reader, detail={"answer": "fracture"}).count() == 2


@pytest.mark.usefixtures("read_first")
def test_only_readers_are_asked(
    owner: User, reading_administrator: User, operator: User, sign_in: SignIn, world: list[Analysis]
) -> None:
    answer(world, turned=False)
    case = world[0].radiograph.case
    for person in (owner, reading_administrator, operator):
        client = sign_in(person)
        assert "Fracture suspected." in part(client.get(address(case)), "answer")
        answered = client.post(address(case, "impression/"), {"conclusion": "fracture"})
        assert answered.status_code == 403


@pytest.mark.parametrize(
    ("wanted", "chosen", "sentence"),
    [
        (False, "fracture", "The answer was shown to you already."),
        (True, "", "Choose what you see"),
        (True, "nonsense", "Choose what you see"),
    ],
)
def test_what_is_no_first_impression(
    page: Client,
    hospital: Organization,
    world: list[Analysis],
    wanted: bool,
    chosen: str,
    sentence: str,
) -> None:
    Organization.objects.filter(pk=hospital.pk).update(read_first=wanted)
    case = world[0].radiograph.case
    chosen_ = {"conclusion": chosen, "seen": ids(case)}
    answered = page.post(address(case, "impression/"), chosen_, follow=True)
    assert sentence in text(answered)
    assert case.impressions.count() == 0


@pytest.mark.usefixtures("read_first")
def test_a_withdrawn_case_asks_for_nothing(page: Client, world: list[Analysis]) -> None:
    case = world[0].radiograph.case
    Case.objects.filter(pk=case.pk).update(
        withdrawn_at=NOW, withdrawal_reason="Wrong patient", status="withdrawn"
    )
    assert "wants your own eyes first" not in text(page.get(address(case)))
    answered = page.post(address(case, "impression/"), {"conclusion": "fracture"}, follow=True)
    assert "there is nothing to read" in text(answered)


@pytest.mark.usefixtures("read_first")
def test_disagreements_are_listed_without_what_was_said(
    page: Client, reader: User, world: list[Analysis]
) -> None:
    User.objects.filter(pk=reader.pk).update(role="supervising_reader")
    Read.objects.update(agreement="disagree")
    listed = text(page.get("/attention/"))
    assert listed.count("What was said is shown after your own first impression.") == 2
    assert "Disagrees" not in listed
    said(world[0].radiograph.case, reader, "unsure")
    assert text(page.get("/attention/")).count("What was said is shown") == 1


@pytest.mark.usefixtures("read_first")
def test_the_page_follows_the_analysis_without_its_answer(
    page: Client, world: list[Analysis]
) -> None:
    case = world[0].radiograph.case
    Case.objects.filter(pk=case.pk).update(status="running")
    asked = page.get(address(case, "status/"), {"state": "old"})
    body = asked.content.decode()
    assert 'id="state"' in body
    assert 'id="timeline"' in body
    assert 'id="answer"' not in body
    assert 'id="heatmap"' not in body


@pytest.mark.usefixtures("read_first")
def test_a_radiograph_that_was_not_on_the_page_asks_to_be_seen(
    page: Client, world: list[Analysis]
) -> None:
    case = world[0].radiograph.case
    form = {"conclusion": "fracture", "seen": ids(case)}
    RadiographFactory(case=case)
    answered = page.post(address(case, "impression/"), form, follow=True)
    assert "A radiograph was added meanwhile: look at it first." in text(answered)
    for seen in ([], ["no-id"]):
        page.post(address(case, "impression/"), {"conclusion": "fracture", "seen": seen})
    assert case.impressions.count() == 0
    page.post(address(case, "impression/"), {"conclusion": "fracture", "seen": ids(case)})
    assert case.impressions.count() == 1


@pytest.mark.usefixtures("read_first")
def test_no_read_passes_a_radiograph_that_was_added_meanwhile(
    reader: User, world: list[Analysis]
) -> None:
    case = world[0].radiograph.case
    said(case, reader, "fracture")
    RadiographFactory(case=case, created_at=NOW + timedelta(seconds=1))
    with pytest.raises(CannotBeRead, match="Say first what you see"):
        record_read(case=case, reader=reader, conclusion="fracture")


@pytest.mark.parametrize("level", ["fracture", "no_fracture_found"])
def test_news_come_whatever_the_answer_is(
    sender: Organization, hospital: Organization, level: str
) -> None:
    """Of two radiographs one is answered: only a fracture changes the case's level now."""
    case = CaseFactory(
        submitting_organization=sender, reading_organization=hospital, status="running"
    )
    for place in range(2):
        AnalysisFactory(
            radiograph=RadiographFactory(case=case),
            **({"succeeded": True, "level": level} if place else {}),
        )
    update_case(case_id=case.pk)
    Case.objects.filter(pk=case.pk).update(updated_at=NOW - timedelta(hours=1))
    update_case(case_id=case.pk)
    case.refresh_from_db()
    assert case.updated_at == NOW
