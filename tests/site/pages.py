"""What a clinician does on the pages, for the tests that walk them."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.running_site import RunningSite

CASE = re.compile(r"/cases/[0-9a-f-]{36}/$")
ANSWER = re.compile(
    r"Fracture suspected|the software cannot decide|No fracture found by the software"
)
PICTURES = Path("test-artifacts")  # ignored; what a person would look at


def sign_in(page: Page, site: RunningSite) -> None:
    """As the demo clinician."""
    email, password = next(who for role, who in site.sign_ins.items() if "linician" in role)
    page.goto(site.base_url + "/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.base_url + "/", timeout=60_000)


def send(page: Page, base_url: str, file: Path, reference: str) -> None:
    page.goto(base_url + "/")
    page.get_by_role("link", name="New case").first.click()
    page.set_input_files("input[data-files]", str(file))
    page.get_by_label("Patient reference").fill(reference)
    page.get_by_role("button", name="Send for analysis").click()
    expect(page).to_have_url(CASE)
