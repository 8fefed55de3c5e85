"""Read first: nothing that a reader is sent hangs on an answer, until they said what they see."""

import re
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from cases.models import Analysis
from tests.access_table import ROWS
from tests.api_access_table import API
from tests.cases.views.page import address
from tests.cases.views.withheld import answer, answered_cases, read_first, still  # noqa: F401

# What differs between two answers to the same question, and tells nothing.
PASSING = re.compile(
    rb'(csrfmiddlewaretoken" value="|csrf-token" content="|"request_id":"|X-CSRFTOKEN"\] = ")[^"]+'
    rb"|/ID ?\[[^\]]+\]"
)
ALSO = (
    "/?each=1",
    "/cases/?level=fracture",
    "/cases/?level=no_fracture_found",
    "/cases/?status=finished",
    "/cases.csv?level=fracture",
    "/api/v1/cases/?level=fracture",
    "/api/v1/cases/?level=no_fracture_found&page_size=1",
    "/cases/{case}/?radiograph={radiograph}&beside={beside}",
    "/cases/{case}/status/?n=1&state=old",
    "/worklist/?region=wrist",
)


def addresses(analyses: list[Analysis]) -> list[str]:
    """Every address of the site that can be asked for, whatever case it names."""
    asked = {row.address for row in (*ROWS, *API) if row.method == "get"} | set(ALSO)
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


def told(client: Client, asked: list[str]) -> dict[str, tuple[int, str, str, bytes]]:
    """What each address answers, and nothing of what asking leaves behind."""
    answers = {}
    for one in asked:
        with transaction.atomic():
            response = client.get(one)
            body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        place, tag = (response.headers.get(name, "") for name in ("Location", "ETag"))
        answers[one] = (response.status_code, place, tag, PASSING.sub(b"", body))
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
        "/api/v1/cases/",
        "/api/v1/cases/?level=fracture",
        f"/api/v1/cases/{case.pk}/",
        f"/api/v1/cases/{case.pk}/analyses/",
    ):
        assert one in found
