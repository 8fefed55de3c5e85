"""The viewer in a real browser: what a hand, a wheel, a key or two fingers do to a radiograph."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.running_site import RunningSite
from tests.site.hands import change, drag, matrix, seen, stage, under
from tests.site.pages import send

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.xdist_group("site")]


def test_the_wheel_enlarges_what_is_under_the_cursor(ankle: Page) -> None:
    box = stage(ankle).bounding_box()
    assert box
    x, y = 0.3 * box["width"] + 100, 0.6 * box["height"]
    held, scale = under(ankle, x, y), matrix(ankle)[0]
    ankle.mouse.move(box["x"] + x, box["y"] + y)
    ankle.mouse.wheel(0, -500)
    assert matrix(ankle)[0] > 1.5 * scale
    assert under(ankle, x, y) == pytest.approx(held, abs=1.5)
    ankle.keyboard.press("h")
    expect(ankle.locator("#show-heatmap")).to_be_checked()
    moved = matrix(ankle)
    drag(ankle, (200, 200), (240, 170))
    after = matrix(ankle)
    assert (after[4] - moved[4], after[5] - moved[5]) == pytest.approx((40, -30), abs=1)
    ankle.keyboard.press("0")
    assert matrix(ankle)[0] == pytest.approx(scale)


def test_keys_turn_mirror_and_reset(ankle: Page) -> None:
    straight, first = seen(ankle), matrix(ankle)
    ankle.keyboard.press("m")
    matrix(ankle)
    assert np.abs(seen(ankle) - straight[:, ::-1]).mean() < 3
    ankle.keyboard.press("m")
    ankle.keyboard.press("r")
    turned = matrix(ankle)
    assert turned[0] == pytest.approx(0, abs=1e-6)
    assert turned[1] > 0
    for _ in range(3):
        ankle.keyboard.press("r")
    assert matrix(ankle) == pytest.approx(first)
    ankle.keyboard.press("1")
    assert matrix(ankle)[0] == pytest.approx(1)
    ankle.keyboard.press("x")
    assert matrix(ankle) == pytest.approx(first)


def test_the_window_is_that_of_all_grey_levels(ankle: Page) -> None:
    ankle.keyboard.press("w")
    with ankle.expect_response(re.compile(r"/deep$")):
        before, brighter = change(ankle, lambda: drag(ankle, (300, 300), (300, 180)))
    assert brighter.mean() > before.mean() + 3
    _, inverted = change(ankle, lambda: ankle.keyboard.press("i"))
    assert np.abs(inverted + brighter - 255)[:, 230:-230].mean() < 6
    ankle.keyboard.press("o")
    ankle.wait_for_timeout(200)
    assert np.abs(seen(ankle) - before).mean() < 1
    ankle.keyboard.press("o")
    ankle.keyboard.press("x")
    ankle.wait_for_timeout(300)
    assert np.abs(seen(ankle) - before).mean() < 1


def test_a_preset_looks_like_what_was_sent(ankle: Page) -> None:
    before = seen(ankle)
    ankle.get_by_label("Window", exact=True).select_option("bone")
    expect(ankle.locator(".viewer__toned")).to_be_visible(timeout=20_000)
    assert np.abs(seen(ankle) - before).mean() > 3
    ankle.get_by_label("Window", exact=True).select_option("sent")
    ankle.wait_for_timeout(500)
    assert np.abs(seen(ankle) - before).mean() < 3


def test_the_ruler_says_how_long_and_stays_on_the_bone(ankle: Page) -> None:
    ankle.keyboard.press("d")
    drag(ankle, (250, 100), (250, 300))
    long = 200 / matrix(ankle)[0]
    expect(ankle.locator("[data-rulers] text")).to_have_text(f"{round(long)} px")
    expect(ankle.locator("[data-told]").first).to_have_text(f"{round(long)} px")
    ankle.keyboard.press("+")
    matrix(ankle)
    expect(ankle.locator("[data-rulers] text")).to_have_text(f"{round(long)} px")
    ankle.keyboard.press("Backspace")
    expect(ankle.locator("[data-rulers] text")).to_have_count(0)


def test_every_tool_is_reached_by_keyboard_and_says_its_key(ankle: Page) -> None:
    for button in ankle.locator("[data-do]").all():
        key = button.get_attribute("aria-keyshortcuts")
        assert key
        assert (button.get_attribute("title") or "").endswith(f"({key})")
    stage(ankle).focus()
    ankle.keyboard.press("+")
    x = matrix(ankle)[4]
    ankle.keyboard.press("ArrowRight")
    assert matrix(ankle)[4] == pytest.approx(x - 48, abs=1)
    ankle.get_by_label("Heatmap", exact=False).first.focus()
    ankle.keyboard.press("h")
    expect(ankle.locator("#show-heatmap")).to_be_checked()


def test_measuring_without_a_pointer(ankle: Page) -> None:
    stage(ankle).focus()
    ankle.keyboard.press("d")
    ankle.keyboard.press("Enter")
    for _ in range(3):
        ankle.keyboard.press("ArrowRight")
    ankle.keyboard.press("Enter")
    long = round(3 * 48 / matrix(ankle)[0])
    expect(ankle.locator("[data-rulers] text")).to_have_text(f"{long} px")


def test_single_keys_can_be_turned_off(ankle: Page) -> None:
    before = matrix(ankle)
    ankle.get_by_label("Keys", exact=True).uncheck()
    ankle.keyboard.press("r")
    assert matrix(ankle) == before
    ankle.reload()
    expect(ankle.get_by_label("Keys", exact=True)).not_to_be_checked()
    ankle.get_by_label("Keys", exact=True).check()
    ankle.keyboard.press("r")
    assert matrix(ankle) != before
    ankle.locator("[data-read] textarea").fill("r")
    turned = matrix(ankle)
    ankle.keyboard.press("r")
    assert matrix(ankle) == turned


def test_two_radiographs_stand_side_by_side(
    site: RunningSite, ankle: Page, radiographs: dict[str, Path]
) -> None:
    send(ankle, site.base_url, radiographs["ankle"], "V-ankle")
    ankle.get_by_role("button", name="Compare").click()
    expect(ankle.locator("[data-pane]")).to_have_count(2)
    expect(ankle.locator(".viewer__boxes")).to_have_count(2)
    first, second = ankle.locator("[data-sheet]").all()
    before = first.evaluate("sheet => sheet.style.transform")
    ankle.locator("[data-stage]").nth(1).click()
    ankle.keyboard.press("r")
    matrix(ankle)
    assert first.evaluate("sheet => sheet.style.transform") == before
    assert second.evaluate("sheet => sheet.style.transform") != before
    ankle.get_by_role("link", name="Close comparison").click()
    expect(ankle.locator("[data-pane]")).to_have_count(1)


def test_two_fingers_enlarge(ankle: Page) -> None:
    box = stage(ankle).bounding_box()
    assert box
    x, y, scale = box["x"] + box["width"] / 2, box["y"] + 200, matrix(ankle)[0]
    fingers: Any = ankle.context.new_cdp_session(ankle)

    def touch(kind: str, points: list[tuple[float, float]]) -> None:
        places = [{"x": x, "y": y} for x, y in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    touch("touchStart", [(x - 30, y), (x + 30, y)])
    for apart in (40, 60, 90):
        touch("touchMove", [(x - apart, y), (x + apart, y)])
    touch("touchEnd", [])
    assert matrix(ankle)[0] == pytest.approx(3 * scale, rel=0.15)


def test_without_script_the_radiograph_is_there(
    site: RunningSite, ankle: Page, browser: Any
) -> None:
    kept = ankle.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=kept).new_page()
    plain.goto(ankle.url)
    box = plain.locator(".viewer__radiograph").bounding_box()
    assert box
    assert min(box["width"], box["height"]) > 200
    expect(plain.locator(".viewer__tools")).to_be_hidden()
    mark = plain.locator(".viewer__boxes rect").first.bounding_box()
    assert mark
    assert box["x"] < mark["x"] < mark["x"] + mark["width"] < box["x"] + box["width"]
    plain.get_by_text("Marks", exact=False).first.click()
    expect(plain.locator(".viewer__boxes")).to_be_hidden()
    plain.context.close()


def test_a_clinician_marks_the_place_and_signs_a_read(ankle: Page) -> None:
    ankle.keyboard.press("k")
    drag(ankle, (400, 180), (400, 180))
    expect(ankle.locator("[data-rulers] .mark--fresh")).to_have_count(1)
    form = ankle.locator("[data-read]")
    expect(form.get_by_text("The place that you marked is kept")).to_be_visible()
    form.get_by_label("Fracture", exact=True).check()
    form.get_by_label("Agrees with the software", exact=True).check()
    form.locator("textarea").fill("Distal tibia: lesion, no displaced fracture.")
    form.get_by_role("button", name="Sign this read").click()
    told = ankle.locator("#reads")
    expect(told.get_by_text("Marked on")).to_be_visible()
    expect(told.locator(".read").first).to_contain_text("Distal tibia: lesion")
    expect(ankle.locator("[data-rulers] .mark")).to_have_count(1)
    told.get_by_text("Amend your read").click()
    form.get_by_label("Unsure").check()
    form.get_by_role("button", name="Amend").click()
    expect(told.get_by_text("1 read that was amended")).to_be_visible()
    expect(told.locator(".read").first).to_contain_text("Unsure")


def test_the_worklist_by_keyboard(site: RunningSite, ankle: Page) -> None:
    ankle.goto(site.base_url + "/")
    rows = ankle.locator("[data-row]")
    assert rows.count() > 0
    ankle.keyboard.press("j")
    expect(rows.first).to_be_focused()
    ankle.keyboard.press("/")
    expect(ankle.locator("[data-find]")).to_be_focused()
    ankle.keyboard.press("j")
    expect(ankle.locator("[data-find]")).to_have_value("j")
    rows.first.focus()
    ankle.keyboard.press("Enter")
    expect(ankle.locator("[data-viewer]")).to_be_visible()
