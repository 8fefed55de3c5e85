"""A clinician signs in, drops a real radiograph on the page and watches the answer arrive."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.running_site import RunningSite
from tests.site.pages import ANSWER, PICTURES, send

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.xdist_group("site")]


@pytest.mark.parametrize("kind", ["fractured", "normal", "ankle"])
def test_a_real_radiograph_gets_its_answer(
    site: RunningSite, clinician: Page, radiographs: dict[str, Path], kind: str
) -> None:
    page = clinician
    send(page, site.base_url, radiographs[kind], f"W-{kind}")
    # Nobody reloads: the page follows the analysis by itself, and then stops asking.
    expect(page.get_by_text(ANSWER).first).to_be_visible(timeout=30_000)
    expect(page.get_by_text(re.compile(r"\d+ %")).first).to_be_visible()
    expect(page.get_by_text("test radiographs scored like this").first).to_be_visible()
    expect(page.get_by_text("not a cleared medical device").first).to_be_visible()
    expect(page.locator("[hx-trigger*='every'], [hx-trigger*='load delay']")).to_have_count(0)

    image = page.locator(".viewer img").first
    assert image.evaluate("image => image.complete && image.naturalWidth > 63")
    switch = page.get_by_label("Heatmap").first
    expect(switch).not_to_be_checked()
    page.keyboard.press("h")
    expect(switch).to_be_checked()
    page.wait_for_load_state("networkidle")
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"case-{kind}.png", full_page=True)

    page.goto(site.base_url + "/")
    expect(page.get_by_role("link", name=f"W-{kind}")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1366, 360])
def test_the_pages_are_accessible_and_fit(
    site: RunningSite,
    clinician: Page,
    radiographs: dict[str, Path],
    scheme: str,
    width: int,
) -> None:
    page = clinician
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal, as parametrized
    page.set_viewport_size({"width": width, "height": 800})
    send(page, site.base_url, radiographs["fractured"], f"A-{scheme}-{width}")
    expect(page.get_by_text(ANSWER).first).to_be_visible(timeout=30_000)
    case = page.url
    page.goto(f"{site.base_url}/models/")
    card = page.locator("tbody a").first.get_attribute("href")
    assert card is not None
    pages = ("/", "/cases/", "/attention/", "/cases/new/", "/account/", "/models/", card)
    for address in (case, f"{case}correct/", f"{case}withdraw/", *pages):
        page.goto(address if address.startswith("http") else site.base_url + address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{address} is {overflow} px too wide at {width} px"


def test_several_files_and_a_bad_one_among_them(
    site: RunningSite, clinician: Page, radiographs: dict[str, Path], tmp_path: Path
) -> None:
    page = clinician
    notes = tmp_path / "notes.jpg"
    notes.write_text("not a radiograph, whatever its name says")
    page.goto(site.base_url + "/cases/new/")
    page.set_input_files(
        "input[data-files]", [str(radiographs["normal"]), str(radiographs["ankle"]), str(notes)]
    )
    page.get_by_label("Patient reference").fill("W-several")
    page.get_by_role("button", name="Send for analysis").click()
    expect(page.get_by_text("not_an_image").first).to_be_visible()
    page.goto(site.base_url + "/?patient_reference=W-several")
    expect(page.get_by_role("link", name="W-several")).to_have_count(0)  # nothing half-stored


def test_the_command_line_says_the_same(site: RunningSite, radiographs: dict[str, Path]) -> None:
    answer = site.manage("analyse", *map(str, radiographs.values()), "--json")
    assert answer.returncode == 0, answer.stderr
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [Path(row["path"]).name for row in rows] == [p.name for p in radiographs.values()]
    assert all(row["error"] is None and 0 <= row["probability"] <= 1 for row in rows)
    assert {"path", "level", "probability", "model_version", "timings_ms", "error"} <= set(rows[0])
