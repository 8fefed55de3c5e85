"""The list as a CSV: the same cases as the page, every one, and nothing that a spreadsheet runs."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization, User
from cases.models import Analysis
from cases.services.reads import record_read
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html
from tests.factories import CaseFactory, UserFactory


def rows(client: Client, **query: str) -> list[dict[str, str]]:
    response = client.get("/cases.csv", query)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_case_with_its_read(page: Client, reader: User, analysis: Analysis) -> None:
    case = analysis.radiograph.case
    first = record_read(case=case, reader=reader, conclusion="unsure")
    record_read(
        case=case,
        reader=reader,
        conclusion="fracture",
        other_findings=["effusion", "implant"],
        comment="Two lines,\nand a comma",
        analysis=analysis,
        agreement="agree",
        amending=first.pk,
    )
    (row,) = rows(page)
    assert row["case"] == str(case.pk)
    assert (row["patient_reference"], row["level"], row["status"]) == (
        "ISL-0417",
        "fracture",
        "finished",
    )
    assert (row["sent_by"], row["read_by"]) == ("Island Telemedicine", "Harbour Hospital")
    assert (row["read"], row["agreement"]) == ("fracture", "agree")
    assert row["reader"] == "reader@harbour.example"
    assert row["other_findings"] == "effusion implant"
    assert row["comment"] == "Two lines,\nand a comma"
    assert row["read_at"].startswith(f"{case.created_at:%Y-}")


def test_two_readers_are_two_lines(
    page: Client, reader: User, hospital: Organization, analysis: Analysis
) -> None:
    case = analysis.radiograph.case
    for person in (reader, UserFactory(organization=hospital, name="Dr Ähn")):
        record_read(case=case, reader=person, conclusion="fracture")
    assert {row["reader"] for row in rows(page)} == {"reader@harbour.example", "Dr Ähn"}


def test_filters_count_and_tenants_stay_apart(
    page: Client, hospital: Organization, stranger: User, analysis: Analysis, sign_in: SignIn
) -> None:
    CaseFactory(submitting_organization=hospital, patient_reference="HH-1", body_region="ankle")
    assert len(rows(page)) == 2
    assert [row["patient_reference"] for row in rows(page, reference="HH")] == ["HH-1"]
    assert [row["patient_reference"] for row in rows(page, level="fracture")] == ["ISL-0417"]
    assert rows(sign_in(stranger)) == []


def test_every_page_of_it_in_a_number_of_queries_that_follows_the_pages(
    page: Client,
    hospital: Organization,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    monkeypatch.setattr("cases.selectors.export.AT_ONCE", 5)
    for number in range(12):
        CaseFactory(submitting_organization=hospital, patient_reference=f"R-{number:02d}")
    # Session and person; for each of three pages both sides, radiographs and reads.
    with django_assert_max_num_queries(2 + 3 * 4):
        found = [row["patient_reference"] for row in rows(page)]
    assert found == [f"R-{number:02d}" for number in reversed(range(12))]


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_nothing_is_a_formula(page: Client, hospital: Organization, typed: str) -> None:
    CaseFactory(submitting_organization=hospital, patient_reference=typed)
    assert rows(page)[0]["patient_reference"] == f"'{typed}"


def test_a_filter_that_cannot_be_used_is_told_by_the_list(page: Client) -> None:
    response = page.get("/cases.csv", {"level": "nonsense"})
    assert response.status_code == 302
    assert response["Location"] == "/cases/?level=nonsense"


def test_the_list_offers_it_with_its_filters(page: Client, analysis: Analysis) -> None:
    assert 'href="/cases.csv?level=fracture"' in html(page.get("/cases/", {"level": "fracture"}))
