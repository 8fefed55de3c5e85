"""The software's marks in a real browser: where they lie, and that they can be switched off."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.site.hands import matrix, stage

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.xdist_group("site")]


def light(page: Page) -> np.ndarray:
    """Where on the stage the light line of a mark lies: nothing else on the page is yellow."""
    picture = Image.open(io.BytesIO(stage(page).screenshot())).convert("RGB")
    red, green, blue = np.moveaxis(np.asarray(picture, np.int64), -1, 0)
    return (red > 200) & (green > 180) & (blue < 170)


def thickness(lines: np.ndarray) -> float:
    """Of upright lines, in pixels of the screen: the median run of a row that crosses some."""
    runs = [
        len(run)
        for row in lines
        if 0 < row.sum() < 20
        for run in "".join("#" if each else " " for each in row).split()
    ]
    return float(np.median(runs))


def test_marks_stay_on_their_place_and_lines_as_thick_as_they_were(ankle: Page) -> None:
    """The shipped model suspects a fracture at this ankle's lesion."""
    boxes = ankle.locator(".viewer__boxes")
    expect(boxes).to_be_visible()
    expect(boxes).to_have_attribute("aria-label", re.compile(r"^\d marks? \((solid|dashed)\): "))
    place = boxes.locator("rect:not(.shadow)").first
    held = [float(place.get_attribute(name) or "") for name in ("x", "y", "width", "height")]
    matrix(ankle)
    before = light(ankle)
    assert before.sum() > 100
    assert thickness(before) == pytest.approx(2, abs=1)
    for _ in range(3):
        ankle.keyboard.press("+")
    matrix(ankle)
    assert thickness(light(ankle)) == pytest.approx(2, abs=1)
    ankle.keyboard.press("m")
    scale, _, _, _, left, top = matrix(ankle)
    box, shown = stage(ankle).bounding_box(), place.bounding_box()
    assert box
    assert shown
    middle = (held[0] + held[2] / 2) * scale + left, (held[1] + held[3] / 2) * abs(scale) + top
    assert scale < 0  # mirrored
    assert shown["x"] - box["x"] + shown["width"] / 2 == pytest.approx(middle[0], abs=2)
    assert shown["y"] - box["y"] + shown["height"] / 2 == pytest.approx(middle[1], abs=2)


def test_marks_are_a_key_away_and_so_is_the_untouched_radiograph(ankle: Page) -> None:
    boxes, switch = ankle.locator(".viewer__boxes"), ankle.get_by_role("switch", name="Marks")
    expect(switch).to_be_checked()
    expect(ankle.get_by_text("They neither outline nor prove a fracture")).to_be_visible()
    ankle.keyboard.press("b")
    expect(switch).not_to_be_checked()
    expect(boxes).to_be_hidden()
    assert light(ankle).sum() == 0
    ankle.keyboard.press("b")
    expect(boxes).to_be_visible()
    ankle.keyboard.press("o")
    expect(boxes).to_be_hidden()
    expect(switch).to_be_checked()
    ankle.keyboard.press("o")
    expect(boxes).to_be_visible()


def test_untouched_takes_the_heatmap_away_too(ankle: Page) -> None:
    heatmap, switch = ankle.locator("#heatmap img"), ankle.get_by_role("switch", name="Heatmap")
    ankle.keyboard.press("h")
    expect(heatmap).to_be_visible()
    ankle.keyboard.press("o")
    expect(heatmap).to_be_hidden()
    expect(switch).to_be_checked()
    ankle.keyboard.press("o")
    expect(heatmap).to_be_visible()
