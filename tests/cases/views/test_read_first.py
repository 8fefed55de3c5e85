"""Read first: nothing that a reader is sent hangs on an answer, until they said what they see."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client

from accounts.models import Organization, User
from cases.models import Analysis, Case, CaseEvent, ModelVersion, Read
from cases.services.impressions import record_impression
from cases.services.reads import record_read
from cases.services.status import update_case
from tests.access_table import ROWS
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, part, text
from tests.factories import AnalysisFactory, CaseFactory, RadiographFactory, UserFactory, phantom

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# What differs between two answers to the same question, and tells nothing.
PASSING = re.compile(rb'(csrfmiddlewaretoken" value="|csrf-token" content=")[^"]+|/ID ?\[[^\]]+\]')
ONE, OTHER = (
    ("fracture", 0.93, 2.7, "no_fracture"),
    ("no_fracture_found", 0.04, -3.1, "fracture"),
)
ALSO = (
    "/?each=1",
    "/cases/?level=fracture",
    "/cases/?level=no_fracture_found",
    "/cases/?status=finished",
    "/cases.csv?level=fracture",
    "/cases/{case}/?radiograph={radiograph}&beside={beside}",
    "/cases/{case}/status/?n=1&state=old",
    "/worklist/?region=wrist",
)


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def read_first(hospital: Organization) -> Organization:
    hospital.read_first = True
    hospital.save()
    return hospital


@pytest.fixture
def world(
    sender: Organization, hospital: Organization, reader: User, model_version: ModelVersion
) -> list[Analysis]:
    """Five cases of one patient with an answer each, of several ages, one of them urgent; a
    colleague has read the first two."""
    analyses: list[Analysis] = []
    for age in range(5):
        received = NOW - timedelta(hours=age)
        case = CaseFactory(
            submitting_organization=sender,
            reading_organization=hospital,
            patient_reference="ISL-0417",
            priority="urgent" if age == 3 else "routine",
            created_at=received,
        )
        analyses.append(
            AnalysisFactory.create(
                radiograph=RadiographFactory(case=case, created_at=received),
                model_version=model_version,
                succeeded=True,
                thresholds={"rule_out": 0.2, "rule_in": 0.6},
                heatmap=ContentFile(phantom(), "heatmap.png"),
                marks=[{"x": 10, "y": 12, "width": 20, "height": 24, "peak": 0.77}],
            )
        )
    other = UserFactory(email="other@harbour.example", organization=hospital)
    for one in analyses[:2]:
        record_read(
            case=one.radiograph.case,
            reader=other,
            conclusion="fracture",
            analysis=one,
            agreement="disagree",
        )
    return analyses


def answer(analyses: list[Analysis], *, turned: bool) -> None:
    """Let the software say one thing or the other, in turn, and who disagrees the opposite."""
    for place, analysis in enumerate(analyses):
        level, probability, logit, conclusion = OTHER if (place % 2 == 0) == turned else ONE
        Analysis.objects.filter(pk=analysis.pk).update(
            level=level, probability=probability, logit=logit
        )
        Read.objects.filter(analysis=analysis).update(conclusion=conclusion)
        case = analysis.radiograph.case
        update_case(case_id=case.pk)
        Case.objects.filter(pk=case.pk).update(updated_at=NOW)


def addresses(analyses: list[Analysis]) -> list[str]:
    """Every address of the site that can be asked for, whatever case it names."""
    asked = {row.address for row in ROWS if row.method == "get"} | set(ALSO)
    found = []
    for number, analysis in enumerate(analyses):
        beside = analyses[(number + 1) % len(analyses)]
        keys = {
            "case": analysis.radiograph.case_id,
            "radiograph": analysis.radiograph_id,
            "analysis": analysis.pk,
            "model_version": analysis.model_version_id,
            "beside": beside.radiograph_id,
        }
        for one in asked:
            try:
                found.append(one.format(**keys))
            except KeyError:
                continue  # of the account pages and the administration
    return sorted(set(found))


def told(client: Client, asked: list[str]) -> dict[str, tuple[int, str, bytes]]:
    """What each address answers, and nothing of what asking leaves behind."""
    answers = {}
    for one in asked:
        with transaction.atomic():
            response = client.get(one)
            body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        place = response.headers.get("Location", "")
        answers[one] = (response.status_code, place, PASSING.sub(b"", body))
    return answers


def differing(client: Client, analyses: list[Analysis]) -> set[str]:
    asked = addresses(analyses)
    answer(analyses, turned=False)
    before = told(client, asked)
    answer(analyses, turned=True)
    after = told(client, asked)
    assert len(before) > 40
    return {one for one in asked if before[one] != after[one]}


@pytest.mark.usefixtures("read_first")
@pytest.mark.parametrize("role", ["clinician", "supervising_reader"])
def test_nothing_hangs_on_the_answer(page: Client, reader: User, world: Any, role: str) -> None:
    User.objects.filter(pk=reader.pk).update(role=role)
    assert differing(page, world) == set()


def test_the_same_question_finds_what_hangs_on_it(page: Client, world: list[Analysis]) -> None:
    found = differing(page, world)
    case = world[0].radiograph.case
    for one in (
        "/",
        "/?each=1",
        "/cases/",
        "/cases/?level=fracture",
        "/cases.csv",
        address(case),
        address(case, "status/"),
        address(case, "report.pdf"),
        address(case, "report/"),
    ):
        assert one in found


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
    chosen = {"conclusion": "unsure", "radiograph": str(world[0].radiograph_id)}
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
    record_impression(case=case, reader=reader, conclusion="fracture")
    assert "wants your own eyes first" not in text(page.get(address(case)))
    further = RadiographFactory(case=case, created_at=NOW + timedelta(seconds=1))
    assert "wants your own eyes first" in text(page.get(address(case)))
    with time_machine.travel(NOW + timedelta(minutes=1)):
        record_impression(case=case, reader=reader, conclusion="no_fracture")
    assert "wants your own eyes first" not in text(page.get(address(case)))
    type(further).objects.filter(pk=further.pk).update(withdrawn_at=NOW, withdrawal_reason="x")
    assert case.impressions.count() == 2


@pytest.mark.usefixtures("read_first")
def test_a_read_before_organizations_wanted_impressions_is_enough(
    page: Client, reader: User, world: list[Analysis]
) -> None:
    case = world[0].radiograph.case
    record_read(case=case, reader=reader, conclusion="fracture")
    assert "wants your own eyes first" not in text(page.get(address(case)))


@pytest.mark.usefixtures("read_first")
def test_a_read_waits_for_the_impression(page: Client, world: list[Analysis]) -> None:
    case = world[0].radiograph.case
    for response in (
        page.get(address(case, "read/")),
        page.post(address(case, "read/"), {"conclusion": "fracture"}),
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
    page.post(address(case, "impression/"), {"conclusion": "fracture"})
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
        said = client.post(address(case, "impression/"), {"conclusion": "fracture"})
        assert said.status_code == 403


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
    said = page.post(address(case, "impression/"), {"conclusion": chosen}, follow=True)
    assert sentence in text(said)
    assert case.impressions.count() == 0


@pytest.mark.usefixtures("read_first")
def test_a_withdrawn_case_asks_for_nothing(page: Client, world: list[Analysis]) -> None:
    case = world[0].radiograph.case
    Case.objects.filter(pk=case.pk).update(
        withdrawn_at=NOW, withdrawal_reason="Wrong patient", status="withdrawn"
    )
    assert "wants your own eyes first" not in text(page.get(address(case)))
    said = page.post(address(case, "impression/"), {"conclusion": "fracture"}, follow=True)
    assert "there is nothing to read" in text(said)


@pytest.mark.usefixtures("read_first")
def test_disagreements_are_listed_without_what_was_said(
    page: Client, reader: User, world: list[Analysis]
) -> None:
    User.objects.filter(pk=reader.pk).update(role="supervising_reader")
    Read.objects.update(agreement="disagree")
    said = text(page.get("/attention/"))
    assert said.count("What was said is shown after your own first impression.") == 2
    assert "Disagrees" not in said
    record_impression(case=world[0].radiograph.case, reader=reader, conclusion="unsure")
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
