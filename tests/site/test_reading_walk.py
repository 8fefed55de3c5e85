"""From signing in to the printed report: a clinician's whole way, at a desk and on a phone."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pydicom.data import get_testdata_file
from pypdf import PdfReader

from tests.factories import phantom
from tests.running_site import RunningSite
from tests.site.hands import matrix, seen, stage
from tests.site.pages import ANSWER, CASE, send, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.broker,
    pytest.mark.xdist_group("site"),
    pytest.mark.timeout(600),
]
PATIENCE = 60_000  # ms
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1366, "height": 900}},
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
    },
}


@pytest.fixture
def ankle_file() -> Path:
    """The DICOM file on which the shipped model suspects a fracture."""
    return Path(str(get_testdata_file("RG3_UNCR.dcm", download=False)))


@pytest.fixture(params=list(SCREENS))
def screen(request: pytest.FixtureRequest, browser: Browser, site: RunningSite) -> Iterator[Page]:
    """The demo clinician's, in both sizes; no script of the site may fail in it."""
    context = browser.new_context(**SCREENS[request.param])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    sign_in(page, site)
    yield page
    context.close()
    assert not failures


def sound(page: Page) -> None:
    """Axe finds nothing, and nothing is wider than the screen."""
    # What is being fetched anew is dimmed.
    expect(page.locator(".htmx-request")).to_have_count(0, timeout=PATIENCE)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.viewport_size
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], f"{page.url} is {wide} px wide"


def differs(page: Page, before: np.ndarray, deed: str) -> None:
    """The picture on the stage is another than it was."""
    for _ in range(40):
        if np.abs(seen(page) - before).mean() > 0.2:
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{deed}: nothing changed on the stage")


def drop_three(page: Page, site: RunningSite, files: list[Path], reference: str) -> None:
    """The bad one is named in a sentence, the others are kept, and without it the case is sent."""
    page.goto(f"{site.base_url}/")
    page.get_by_role("link", name="New case").first.click()
    page.set_input_files("[data-files]", [str(file) for file in files])
    page.get_by_label("Patient reference").fill(reference)
    page.get_by_role("button", name="Send for analysis").click()
    # What earlier tests left unsent is offered too, below.
    chosen = page.locator("[data-list]")
    refused = chosen.locator(".file").filter(has_text="notes.png")
    expect(refused.get_by_text("The file is none of the formats taken")).to_be_visible(
        timeout=PATIENCE
    )
    expect(chosen.locator(".file__error:visible")).to_have_count(1)
    expect(chosen.locator(".file")).to_have_count(3)
    sound(page)
    chosen.get_by_role("button", name="Remove: notes.png").click()
    page.get_by_role("button", name="Send for analysis").click()
    expect(page).to_have_url(CASE, timeout=PATIENCE)


def watch_it_finish(page: Page) -> None:
    """Nobody reloads."""
    expect(page.locator("#answer").get_by_text(ANSWER).first).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#strip .badge--queued, #strip .badge--running")).to_have_count(
        0, timeout=PATIENCE
    )
    expect(page.locator("#strip a")).to_have_count(2)
    sound(page)


def look_around(page: Page) -> None:
    """Zoom, window, marks and heatmap; and everything back as it was."""
    stage(page).scroll_into_view_if_needed()
    first = matrix(page)
    page.get_by_role("button", name="Larger").click()
    assert matrix(page)[0] > first[0]
    page.get_by_role("button", name="Fit").click()
    assert matrix(page) == pytest.approx(first)

    before = seen(page)
    page.get_by_label("Window", exact=True).select_option("bone")
    differs(page, before, "the window of bone")
    page.get_by_role("button", name="Reset").click()
    page.wait_for_timeout(500)
    assert np.abs(seen(page) - before).mean() < 1

    for name, drawn in (("Marks", "#marks svg"), ("Heatmap", "#heatmap img")):
        switch = page.get_by_role("switch", name=name)
        shown = switch.is_checked()
        for wanted in (not shown, shown):
            switch.set_checked(wanted)
            expect(page.locator(drawn)).to_be_visible(visible=wanted, timeout=PATIENCE)
    page.get_by_role("switch", name="Heatmap").check()
    sound(page)


def read(page: Page, comment: str) -> None:
    form = page.locator("[data-read]")
    form.get_by_label("Fracture", exact=True).check()
    form.get_by_label("Agrees with the software", exact=True).check()
    form.locator("textarea").fill(comment)
    form.get_by_role("button", name="Sign this read").click()
    expect(page.locator("#reads .read").first).to_contain_text(comment, timeout=PATIENCE)
    sound(page)


def find_again(page: Page, site: RunningSite, reference: str) -> None:
    """Read, it is on the worklist no more, and in the list of cases under its reference."""
    page.goto(f"{site.base_url}/worklist/")
    expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    expect(page.get_by_role("link", name=reference)).to_have_count(0)
    sound(page)
    page.goto(f"{site.base_url}/cases/")
    page.get_by_label("Patient reference").fill(reference)
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".cases__link")).to_have_text([reference], timeout=PATIENCE)
    expect(page.get_by_text("Read: fracture")).to_be_visible()
    sound(page)
    page.locator(".cases__link").click()
    expect(page).to_have_url(CASE, timeout=PATIENCE)


def open_the_report(page: Page, reference: str, comment: str) -> None:
    """The PDF of the page's own link (a browser would show it, and we want its text), and the page
    that prints."""
    case = page.url
    address = page.get_by_role("link", name="Report (PDF)").get_attribute("href")
    answer = page.request.get(f"{case.split('/cases/')[0]}{address}")
    assert answer.headers["content-type"] == "application/pdf"
    pdf = PdfReader(io.BytesIO(answer.body()))
    text = re.sub(r"\s+", " ", " ".join(sheet.extract_text() for sheet in pdf.pages))
    assert reference in text
    assert "Conclusion Fracture" in text
    assert comment in text
    assert "NOT READ" not in text
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page).to_have_url(f"{case}report/", timeout=PATIENCE)
    expect(page.get_by_text(comment)).to_be_visible()
    expect(page.get_by_text("NOT READ")).to_have_count(0)
    sound(page)


def test_from_the_door_to_the_report(
    site: RunningSite, screen: Page, ankle_file: Path, tmp_path: Path
) -> None:
    page = screen
    assert page.viewport_size
    reference = f"R-{page.viewport_size['width']}"
    comment = f"Lesion of the distal tibia ({reference})."
    drawn, notes = tmp_path / "drawn.png", tmp_path / "notes.png"
    drawn.write_bytes(phantom(300, 400, seed=len(reference)))
    notes.write_text("a text, whatever its name says")
    drop_three(page, site, [ankle_file, drawn, notes], reference)
    watch_it_finish(page)
    look_around(page)
    page.goto(f"{site.base_url}/worklist/")
    page.get_by_role("link", name=reference).click()
    read(page, comment)
    find_again(page, site, reference)
    open_the_report(page, reference, comment)


@pytest.fixture
def reading_first(browser: Browser, site: RunningSite) -> Iterator[None]:
    """The hospital's administrator wants its readers' own eyes first, until the test is over."""
    email, password = site.sign_ins["organization administrator"]
    page = browser.new_page()
    page.goto(f"{site.base_url}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    expect(page.locator("[data-menu]")).to_be_visible(timeout=PATIENCE)

    def change(on: bool) -> None:
        page.goto(f"{site.base_url}/organization/")
        page.get_by_label("Read first").set_checked(on)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Read first")).to_be_checked(checked=on, timeout=PATIENCE)

    change(True)
    sound(page)
    yield
    change(False)
    page.context.close()


def test_nothing_is_said_before_the_first_impression(
    site: RunningSite, clinician: Page, reading_first: None, ankle_file: Path
) -> None:
    page = clinician
    send(page, site.base_url, ankle_file, "R-first")
    expect(page.locator("#timeline").get_by_text("Analysis finished").first).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_role("heading", name="Read first")).to_be_visible()
    page.reload()
    expect(page.get_by_text(ANSWER)).to_have_count(0)
    expect(page.locator("#marks svg, #heatmap img, .answer__figure")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign this read")).to_have_count(0)
    sound(page)
    page.get_by_label("Unsure").check()
    page.get_by_role("button", name="Keep it, and show the answer").click()
    expect(page.locator("#answer").get_by_text(ANSWER).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("First impression: Unsure").first).to_be_visible()
    expect(page.locator("#marks svg")).to_be_visible()
    expect(page.get_by_role("button", name="Sign this read")).to_be_visible()
    sound(page)
