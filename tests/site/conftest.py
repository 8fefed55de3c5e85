"""The system's Chromium for the tests of the running site, and a clinician who sits at it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pydicom.data import get_testdata_file

from tests.browser import ARGUMENTS, chromium
from tests.running_site import RunningSite
from tests.site.pages import ANSWER, send, sign_in


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": ARGUMENTS, "headless": True}


@pytest.fixture
def radiographs(fracatlas: Path) -> dict[str, Path]:
    """A real fractured radiograph, a real normal one, and the ankle DICOM."""
    ankle = get_testdata_file("RG3_UNCR.dcm", download=False)
    assert ankle is not None
    return {
        "fractured": fracatlas / "images" / "Fractured" / "IMG0002530.jpg",
        "normal": fracatlas / "images" / "Non_fractured" / "IMG0000001.jpg",
        "ankle": Path(str(ankle)),
    }


@pytest.fixture
def clinician(site: RunningSite, page: Page) -> Iterator[Page]:
    """A browser with the demo clinician signed in; it complains about nothing on any page."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "status of 422" not in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            complaints.append(f"asked another host: {request.url}")
            if not request.url.startswith((site.base_url, "data:", "blob:"))
            else None
        ),
    )
    sign_in(page, site)
    yield page
    assert not complaints


@pytest.fixture
def ankle(site: RunningSite, clinician: Page, radiographs: dict[str, Path]) -> Page:
    """The page of the ankle DICOM, which has more than 8 bits, once its answer is there."""
    send(clinician, site.base_url, radiographs["ankle"], "V-ankle")
    expect(clinician.get_by_text(ANSWER).first).to_be_visible(timeout=30_000)
    return clinician
