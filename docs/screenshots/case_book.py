"""The cases that the pictures show: sent, read and marked on the pages, as a clinician would."""

import re
from pathlib import Path
from typing import Any

from drawn_bones import hand, long_bone
from playwright.sync_api import Page, expect
from pydicom.data import get_testdata_file

ANSWERED = re.compile(
    r"Fracture suspected|the software cannot decide|No fracture found by the software"
)
CASE = re.compile(r"/cases/[0-9a-f-]{36}/$")
PATIENCE = 60_000  # ms
REFERENCE = "P-2041"


class CaseBook:
    """Makes them, unless an earlier call did; afterwards it knows their addresses."""

    def __init__(self, page: Page, site: str, folder: Path) -> None:
        self.page, self.site = page, site
        page.set_default_timeout(PATIENCE)
        self.ankle = Path(str(get_testdata_file("RG3_UNCR.dcm", download=False)))
        self.bones = {name: folder / f"{name}.png" for name in ("forearm", "hand", "shin")}
        long_bone(2).save(self.bones["forearm"])
        long_bone(1).save(self.bones["shin"])
        hand().save(self.bones["hand"])
        self.notes = folder / "notes.png"
        self.notes.write_text("a text, whatever its name says")
        if not self.addresses_of(REFERENCE):
            self.fill()
        self.unread, self.read = self.addresses_of(REFERENCE)
        (self.unread_too,) = self.addresses_of("P-2038")
        self.page.goto(site + self.unread)
        self.page.get_by_role("button", name="Compare").click()
        self.compared = self.page.url.removeprefix(site)
        self.page.goto(f"{site}/models/")
        self.card = self.page.locator("tbody a").first.get_attribute("href") or ""

    def addresses_of(self, reference: str) -> list[str]:
        """Newest first."""
        self.page.goto(f"{self.site}/cases/?reference={reference}&exact=on")
        links = self.page.locator("a.cases__link").all()
        return [link.get_attribute("href") or "" for link in links]

    def fill(self) -> None:
        stairs = "Missed a step. Pain over the inner ankle, walks with help."
        self.send([self.ankle], REFERENCE, "Ankle", "Left", 43, "Knee bent under her. Fracture?")
        self.sign("Fracture", "Agrees with the software", "Lesion of the distal tibia.")
        self.send([self.bones["hand"]], "P-2036", "Hand", "Right", 19, "Ball against the thumb.")
        self.sign("No fracture", None, "No fracture. No dislocation.")
        self.add(self.ankle)
        self.send([self.bones["shin"]], "P-2037", "Lower leg", "Left", 61, "Kicked at football.")
        both = [self.bones["forearm"], self.bones["hand"]]
        self.send(both, "P-2038", "Wrist", "Right", 8, "Fell off a swing.")
        self.send([self.ankle], REFERENCE, "Ankle", "Left", 43, stairs, urgent=True)

    def send(
        self,
        files: list[Path],
        reference: str,
        region: str,
        side: str,
        age: int,
        question: str,
        *,
        urgent: bool = False,
    ) -> None:
        page = self.page
        page.goto(f"{self.site}/cases/new/")
        page.set_input_files("[data-files]", [str(file) for file in files])
        page.get_by_label("Patient reference").fill(reference)
        page.get_by_label("Body region").select_option(label=region)
        page.get_by_label("Side").select_option(label=side)
        page.get_by_label("Age in years").fill(str(age))
        page.get_by_label("Clinical question").fill(question)
        if urgent:
            page.get_by_label("Urgent").check()
        page.get_by_role("button", name="Send for analysis").click()
        expect(page).to_have_url(CASE, timeout=PATIENCE)
        expect(page.get_by_text(ANSWERED).first).to_be_visible(timeout=PATIENCE)

    def sign(self, conclusion: str, agreement: str | None, comment: str) -> None:
        form = self.page.locator("[data-read]")
        form.get_by_label(conclusion, exact=True).check()
        if agreement:
            form.get_by_label(agreement, exact=True).check()
        form.locator("textarea").fill(comment)
        form.get_by_role("button", name="Sign this read").click()
        expect(self.page.locator("#reads .read").first).to_contain_text(comment)

    def add(self, file: Path) -> None:
        """A further radiograph, on which a fracture is suspected: a case to look at again."""
        self.page.get_by_role("link", name="Add radiographs").click()
        self.page.set_input_files("[data-files]", str(file))
        self.page.get_by_role("button", name="Send for analysis").click()
        expect(self.page.locator("#strip")).to_contain_text("Fracture suspected", timeout=PATIENCE)

    def choose_files(self, page: Page) -> None:
        """Three, one of them bad, and sent: the bad one is named and the others are kept."""
        files: list[Any] = [str(self.ankle), str(self.bones["hand"]), str(self.notes)]
        page.set_input_files("[data-files]", files)
        page.get_by_label("Patient reference").fill("P-2042")
        page.get_by_role("button", name="Send for analysis").click()
        expect(page.locator(".file__error:visible")).to_have_count(1, timeout=PATIENCE)

    def remove_files(self, page: Page) -> None:
        """Or the next look would be offered them as uploaded earlier."""
        while page.locator("[data-list] .file").count():
            page.locator("[data-list] [data-remove]").first.click()
        page.wait_for_load_state("networkidle")
