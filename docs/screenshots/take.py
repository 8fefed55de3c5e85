"""Take a picture of every page of a running site: light, dark, and as wide as a phone.

Only pydicom-data's ankle and drawn bones are on them. The site is best a fresh one: what else is
in it would be seen too.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from case_book import CaseBook
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
NOWHERE = "/cases/00000000-0000-0000-0000-000000000000/"
DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {**DESKTOP, "color_scheme": "light"},
    "dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
}
TALLEST = 1500  # pixels; a page that is longer is cut off there
Deed = Callable[[Page], None]


def nothing(page: Page) -> None:
    """For pages that are shown as they come."""


def heatmap(page: Page) -> None:
    page.get_by_role("switch", name="Heatmap").check()
    expect(page.locator("#heatmap img")).to_be_visible()


def read_form(page: Page) -> None:
    page.get_by_label("Fracture", exact=True).check()
    page.get_by_label("Agrees with the software", exact=True).check()
    page.locator("[data-read] textarea").fill("Lesion of the distal tibia, nothing displaced.")
    page.locator("#reads").evaluate("part => scrollTo(0, part.offsetTop - 80)")


def menu(page: Page) -> None:
    page.locator("[data-menu] summary").click()


@dataclass(frozen=True)
class Shot:
    """A page and what is done on it before (and after) its picture is taken."""

    name: str
    address: str
    before: Deed = nothing
    after: Deed = nothing
    who: str = "clinician"
    whole: bool = True
    script: bool = True


def shots(book: CaseBook) -> list[Shot]:
    return [
        Shot("sign-in", "/account/login/", who="nobody"),
        Shot("worklist", "/"),
        Shot("cases", "/cases/"),
        Shot("new-case", "/cases/new/", before=book.choose_files, after=book.remove_files),
        Shot("case", book.unread),
        Shot("case-heatmap", book.unread, before=heatmap, whole=False),
        Shot("case-compared", book.compared, whole=False),
        Shot("read-form", book.unread, before=read_form, whole=False),
        Shot("attention", "/attention/"),
        Shot("report", f"{book.read}report/"),
        Shot("figures", "/organization/figures/"),
        Shot("models", "/models/"),
        Shot("model-card", book.card),
        Shot("account", "/account/"),
        Shot("people", "/organization/", who="organization administrator"),
        Shot("api-keys", "/organization/keys/", who="organization administrator"),
        Shot("webhooks", "/organization/webhooks/", who="organization administrator"),
        Shot("api", "/api/v1/docs/", whole=False),
        Shot("menu", "/", before=menu, whole=False),
        Shot("not-found", NOWHERE),
        # Its script would leave it at once, for there is a network.
        Shot("offline", "/offline/", who="nobody", script=False),
    ]


def small(png: bytes) -> bytes:
    """The same with a palette, which is a third of the size.

    A radiograph has more greys than all else on a page together, and would leave a palette that is
    chosen for the whole picture no reds. So the commonest colours, the greys and the hues each have
    their share.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    pixels = np.asarray(picture).reshape(-1, 3)
    colours, where, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    commonest = colours[np.argsort(counts)[-16:]]
    greys = np.linspace(0, 255, 48).round().repeat(3).reshape(-1, 3)
    hues = colours[colours.max(axis=1) - colours.min(axis=1) > 24]
    chosen = Image.fromarray(hues[None]).quantize(64).convert("RGB")
    palette = np.vstack([commonest, greys, np.unique(np.asarray(chosen)[0], axis=0)]).astype(int)
    nearest = [int(np.square(palette - one).sum(axis=1).argmin()) for one in colours.astype(int)]
    kept = io.BytesIO()
    told = np.array(nearest, np.uint8)[where].reshape(picture.height, picture.width)
    small = Image.fromarray(told, "P")
    small.putpalette(palette.flatten().tolist())
    small.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def take(page: Page, shot: Shot, site: str, path: Path) -> None:
    page.goto(site + shot.address)
    shot.before(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    width = page.viewport_size["width"] if page.viewport_size else 0
    height = page.evaluate("document.documentElement.scrollHeight")
    clip: Any = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    png = page.screenshot(full_page=True, clip=clip) if shot.whole else page.screenshot()
    path.write_bytes(small(png))
    sys.stdout.write(f"{path.name}  {path.stat().st_size // 1024} KB\n")
    shot.after(page)


def sign_in(browser: Browser, site: str, sign_in: tuple[str, str]) -> Any:
    """What a signed-in browser keeps, so that each look need not sign in again."""
    page = browser.new_page()
    page.goto(site + "/account/login/")
    page.fill("input[name=login]", sign_in[0])
    page.fill("input[name=password]", sign_in[1])
    page.keyboard.press("Enter")
    expect(page.locator("[data-menu]")).to_be_visible()
    kept = page.context.storage_state()
    page.context.close()
    return kept


def everybody(browser: Browser, site: str, sign_ins: str) -> dict[str, Any]:
    """By role, as `make run` wrote them down; and who has not signed in."""
    rows = [line.rsplit(maxsplit=2) for line in sign_ins.splitlines()]
    kept = {role.strip(): sign_in(browser, site, (who, word)) for role, who, word in rows}
    return {**kept, "nobody": None}


@contextmanager
def reading_first(browser: Browser, site: str, administrator: Any) -> Iterator[None]:
    """The organization wants its readers' own eyes first, for as long as this lasts."""

    def change(on: bool) -> None:
        page = browser.new_page(storage_state=administrator)
        page.goto(site + "/organization/")
        page.get_by_label("Read first").set_checked(on)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Read first")).to_be_checked(checked=on)
        page.context.close()

    change(True)
    try:
        yield
    finally:
        change(False)


def all_looks(
    browser: Browser, site: str, people: dict[str, Any], wanted: list[Shot], out: Path
) -> None:
    for look, how in LOOKS.items():
        for shot in wanted:
            person = {"storage_state": people[shot.who], "java_script_enabled": shot.script}
            page = browser.new_page(**how, **person)
            page.set_default_timeout(60_000)
            take(page, shot, site, out / f"{shot.name}-{look}.png")
            page.context.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example, beside `VAR_DIR=/tmp/fresh make run`:\n"
        "  .venv/bin/python docs/screenshots/take.py --sign-ins /tmp/fresh/demo-sign-ins.txt",
    )
    parser.add_argument("--site", default="http://127.0.0.1:8000", help="its address")
    parser.add_argument("--sign-ins", type=Path, default=Path("var/demo-sign-ins.txt"))
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser's path")
    parser.add_argument("--out", type=Path, default=HERE, help="the folder for the pictures")
    parser.add_argument("--only", nargs="*", default=[], help="names of pages, without the look")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=given.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        people = everybody(browser, given.site, given.sign_ins.read_text())
        page = browser.new_page(**DESKTOP, storage_state=people["clinician"])
        book = CaseBook(page, given.site, Path(folder))
        wanted = shots(book)
        first = Shot("read-first", book.unread_too)
        chosen = [shot for shot in wanted if not given.only or shot.name in given.only]
        all_looks(browser, given.site, people, chosen, given.out)
        if not given.only or first.name in given.only:
            with reading_first(browser, given.site, people["organization administrator"]):
                all_looks(browser, given.site, people, [first], given.out)
        browser.close()


if __name__ == "__main__":
    main()
