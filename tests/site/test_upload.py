"""Uploads over a link that breaks, a phone that photographs, and a site without a network."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, Request, Route, expect

from tests.factories import phantom
from tests.running_site import RunningSite
from tests.site.client import large_phantom, rows
from tests.site.pages import CASE, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.broker,
    pytest.mark.xdist_group("site"),
    pytest.mark.timeout(600),
]
SLOW = {"offline": False, "latency": 10, "downloadThroughput": -1, "uploadThroughput": 300_000}
PATIENCE = 60_000  # ms


@pytest.fixture
def phone(browser: Browser, site: RunningSite) -> Iterator[Page]:
    """The demo clinician's; unlike `clinician` it may complain, of a network that is not there."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, site)
    yield page
    context.close()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A drawn radiograph of about 6 MB."""
    path = tmp_path / "wrist.png"
    path.write_bytes(large_phantom(2500))
    return path


def slow(page: Page) -> CDPSession:
    """A link on which a file takes its time, until the session is detached."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    return session


def begun(page: Page, site: RunningSite, file: Path) -> None:
    """More than one piece of the file has arrived, and not all of them."""
    page.goto(f"{site.base_url}/cases/new/")
    link = slow(page)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.set_input_files("[data-files]", str(file))
    expect(page.locator("[data-list] progress")).to_be_visible()
    link.detach()  # what it emulates would stand above a network that is not there


def cut_off(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.get_by_role("status").filter(has_text="Connection lost")).to_be_visible()


def stored_sums(site: RunningSite, reference: str) -> list[tuple[str, str]]:
    """SHA-256 as received, and why it is not assessed, of a case's radiographs."""
    question = (
        "SELECT r.sha256, r.not_assessable FROM cases_radiograph r JOIN cases_case c"
        " ON c.id = r.case_id WHERE c.patient_reference = ? ORDER BY r.position"
    )
    with rows(site.var_dir) as connection:
        return [tuple(row) for row in connection.execute(question, (reference,))]


def starts_of(page: Page) -> list[int]:
    """Where each piece that is sent from now on begins."""
    starts: list[int] = []

    def hear(request: Request) -> None:
        if request.method == "PATCH":
            starts.append(int(request.headers["upload-offset"]))

    page.on("request", hear)
    return starts


def send(page: Page, reference: str) -> None:
    page.get_by_label("Patient reference").fill(reference)
    page.get_by_role("button", name="Send for analysis").click()
    expect(page).to_have_url(CASE, timeout=PATIENCE)


def test_an_upload_that_is_cut_off_goes_on_by_itself(
    site: RunningSite, phone: Page, large: Path
) -> None:
    page = phone
    begun(page, site, large)
    cut_off(page)
    starts = starts_of(page)
    page.context.set_offline(False)
    expect(page.locator(".file--whole")).to_have_count(1, timeout=PATIENCE)
    assert starts[0] > 0
    assert len(set(starts)) == len(starts)
    send(page, "U-cut")
    assert stored_sums(site, "U-cut") == [(sha256(large.read_bytes()).hexdigest(), "")]


def test_after_a_reload_it_is_offered_and_the_same_file_goes_on(
    site: RunningSite, phone: Page, large: Path, tmp_path: Path
) -> None:
    page = phone
    begun(page, site, large)
    page.reload()
    offered = page.get_by_role("region", name="Uploaded earlier and not sent")
    expect(offered.get_by_text("wrist.png")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    other = tmp_path / "another patient" / "wrist.png"  # the same name, the same length
    other.parent.mkdir()
    other.write_bytes(bytes(1000) + large.read_bytes()[1000:])
    starts = starts_of(page)
    page.set_input_files("[data-files]", str(other))
    expect(page.locator(".file--whole")).to_have_count(1, timeout=PATIENCE)
    assert starts[0] == 0
    expect(offered).to_be_visible()
    page.get_by_role("button", name=re.compile("Remove: wrist.png")).first.click()
    starts.clear()
    page.set_input_files("[data-files]", str(large))
    expect(page.locator(".file--whole")).to_have_count(1, timeout=PATIENCE)
    assert starts[0] > 0
    expect(offered).to_be_hidden()
    send(page, "U-reload")
    assert stored_sums(site, "U-reload") == [(sha256(large.read_bytes()).hexdigest(), "")]


def test_the_form_waits_for_its_file_can_be_stopped_and_makes_one_case(
    site: RunningSite, phone: Page, large: Path
) -> None:
    page = phone
    page.goto(f"{site.base_url}/cases/new/")
    link = slow(page)
    page.set_input_files("[data-files]", str(large))
    page.get_by_label("Patient reference").fill("U-once")
    button = page.get_by_role("button", name="Send for analysis")
    stop = page.get_by_role("button", name="Stop sending")
    button.click()
    expect(stop).to_be_focused()
    expect(stop).to_be_in_viewport()
    stop.click()
    expect(button).to_be_focused()
    answers: list[int] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not answers:
            answers.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/cases/new/", lose_the_first)
    button.click()
    link.detach()
    expect(page).to_have_url(CASE, timeout=PATIENCE)
    assert answers == [201]
    assert stored_sums(site, "U-once") == [(sha256(large.read_bytes()).hexdigest(), "")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_photograph_is_for_people(
    site: RunningSite, phone: Page, tmp_path: Path, scheme: str
) -> None:
    page = phone
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal, as parametrized
    photo = tmp_path / "photo.png"
    photo.write_bytes(phantom(200, 200, seed=len(scheme)))
    page.goto(f"{site.base_url}/cases/new/")
    camera = page.locator("[data-photographs]")
    expect(camera).to_have_attribute("capture", "environment")
    camera.set_input_files(str(photo))
    expect(page.locator(".file--whole")).to_have_count(1)
    expect(page.get_by_text("Photograph: for people, not assessed")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    # Not `innerWidth`: a phone shows a page that is too wide smaller.
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    send(page, f"U-photo-{scheme}")
    assert [why for _, why in stored_sums(site, f"U-photo-{scheme}")] == ["photograph"]
    expect(page.get_by_text("it was sent as a photograph").first).to_be_visible()


def test_without_a_network_there_is_a_page_of_ours_and_nothing_else_is_kept(
    site: RunningSite, phone: Page
) -> None:
    page = phone
    page.goto(f"{site.base_url}/cases/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{site.base_url}/cases/new/")
    page.context.set_offline(True)
    page.goto(f"{site.base_url}/cases/")
    expect(page.get_by_role("heading", name="No network")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    kept = page.evaluate(
        "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) =>"
        " (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)"
        "))).flat())"
    )
    names = {re.sub(r"\.[0-9a-f]{12}\.", ".", one) for one in kept}
    assert names == {
        "/offline/",
        "/static/css/tokens.css",
        "/static/css/base.css",
        "/static/css/controls.css",
        "/static/css/components.css",
        "/static/js/offline.js",
        "/static/icons/favicon.svg",
    }
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="No network")).to_have_count(0, timeout=PATIENCE)
    expect(page).to_have_url(f"{site.base_url}/cases/")
