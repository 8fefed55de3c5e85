"""A partner's engineer submits a radiograph by "Try it out" of the API's own page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.running_site import RunningSite

pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("site")]


@pytest.fixture
def key(site: RunningSite) -> str:
    partner = ("--organization", "Island Telemedicine", "--name", "try it out")
    made = site.manage("create_api_key", *partner, "--scope", "submit", "--scope", "read")
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.fixture
def described(site: RunningSite, page: Page, key: str) -> Iterator[Page]:
    """The page with the key that was made, complaining about nothing."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site.base_url}/api/v1/docs/")
    page.get_by_role("button", name="Authorize").first.click()
    asked = page.locator(".auth-container").filter(has_text="ApiKey").first
    asked.locator("input").fill(key)
    asked.get_by_role("button", name="Apply credentials").click()
    page.locator(".close-modal").click()
    yield page
    assert not complaints


def tried(page: Page, name: str) -> Locator:
    operation = page.locator(f"#operations-{name}")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    return operation


def executed(page: Page, operation: Locator) -> Any:
    with page.expect_response(lambda answer: answer.request.method == "POST") as got:
        operation.get_by_role("button", name="Execute").click()
    return got.value


def test_a_case_is_submitted(described: Page, radiographs: dict[str, Path]) -> None:
    form = tried(described, "cases-submit_case")
    begun = {
        str(row.get_attribute("data-property-name")): row.locator("input, select").first
        for row in form.locator("tr[data-property-name]").all()
        if row.locator("input, select").count()
    }
    expect(begun["patient_reference"]).to_have_value("ISL-0417")
    for name in ("age_years", "reading_deadline", "reading_organization", "accession"):
        expect(begun[name]).to_have_value("")

    files = form.locator("tr[data-property-name=radiographs]")
    files.get_by_role("button", name=re.compile("^Add")).click()
    for place, name in enumerate(("fractured", "normal")):
        files.locator("input[type=file]").nth(place).set_input_files(radiographs[name])
    views = form.locator("tr[data-property-name=views]")
    for place, word in enumerate(("frontal", "lateral")):
        views.get_by_role("button", name=re.compile("^Add")).click()
        views.locator("input[type=text]").nth(place).fill(word)
    begun["accession"].fill("A-20417")
    described.wait_for_timeout(500)  # Swagger UI takes a text over 350 ms after the last key

    answer = executed(described, form)
    assert answer.status == 202, answer.text()
    case = answer.json()
    assert [one["view"] for one in case["radiographs"]] == ["frontal", "lateral"]
    assert case["external_ids"]["accession"] == "A-20417"
    assert case["reading_deadline"] is None
    expect(form.locator(".live-responses-table tbody .response-col_status")).to_contain_text("202")


def test_the_page_holds_the_guide_and_the_events(described: Page) -> None:
    for title in ("Idempotency", "Limits", "Errors", "Webhooks: verify them"):
        expect(described.locator(".info").get_by_role("heading", name=title)).to_be_visible()
    expect(described.locator(".webhooks").get_by_text("case.finished").first).to_be_visible()
