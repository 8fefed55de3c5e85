"""What a hand does to a radiograph in the viewer, and what the eye sees of it."""

import io
import re
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page


def stage(page: Page) -> Locator:
    return page.locator("[data-stage]").first


def seen(page: Page) -> np.ndarray:
    """The stage as the eye sees it, grey, without the line that shows where the keys go."""
    picture = Image.open(io.BytesIO(stage(page).screenshot())).convert("L")
    return np.asarray(picture, np.float64)[6:-6, 6:-6]


def matrix(page: Page) -> list[float]:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    said = page.locator("[data-sheet]").first.evaluate("sheet => sheet.style.transform")
    return [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", said)]


def under(page: Page, x: float, y: float) -> tuple[float, float]:
    """The image point under a place of the stage; only while it is not turned or mirrored."""
    scale, _, _, _, left, top = matrix(page)
    return (x - left) / scale, (y - top) / scale


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = stage(page).bounding_box()
    assert box
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=4)
    page.mouse.up()


def change(page: Page, what: Callable[[], object]) -> tuple[np.ndarray, np.ndarray]:
    """The stage before and after, once it looks different."""
    before = seen(page)
    what()
    for _ in range(40):
        after = seen(page)
        if np.abs(after - before).mean() > 0.5:
            page.wait_for_timeout(200)
            return before, seen(page)
        page.wait_for_timeout(250)
    raise AssertionError("nothing changed on the stage")
