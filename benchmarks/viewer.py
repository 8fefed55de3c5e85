"""`python -m benchmarks.viewer`: what the viewer's script costs in each frame, in a real browser.

The page's own templates and modules, a drawn radiograph, no server and no network. Each way of
moving or toning the radiograph is driven as a hand would; then the viewer's own marks are read.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
HOST = "http://viewer.test"
FRAME = 1000 / 60
"""Milliseconds that a screen of 60 Hz gives."""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>viewer</title>
<link rel="stylesheet" href="/static/css/tokens.css">
<link rel="stylesheet" href="/static/css/base.css">
<link rel="stylesheet" href="/static/css/viewer.css">
<link rel="stylesheet" href="/static/css/viewer_tools.css"></head><body>{viewer}
<script type="module">import {{ start }} from "/static/js/viewer/viewer.js";
start(document.querySelector("[data-viewer]"));</script></body></html>"""
TYPES = {".js": "text/javascript", ".css": "text/css"}


def drawn(side: int, bits: int) -> bytes:
    """A square PNG with something at every scale, so that nothing compresses to a trifle."""
    rows, columns = np.mgrid[0:side, 0:side]
    noise = np.random.default_rng(1).integers(0, 64, (side, side))
    grey = (rows * 3 + columns * 2) // 8 % (1 << min(bits, 12)) + noise
    picture = Image.fromarray(grey.clip(0, (1 << bits) - 1).astype(f"uint{bits}"))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def viewer_of(side: int) -> str:
    """The viewer as the case page has it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fracture_platform.settings.test")
    django.setup()
    from django.template.loader import render_to_string

    from cases.answers import answer
    from cases.models import Case, Radiograph

    case = Case(id=uuid4(), created_at=datetime.now(UTC))
    radiograph = Radiograph(id=uuid4(), case=case, width=side, height=side, deep="deep.png")
    return render_to_string("cases/_viewer.html", {"case": case, "shown": answer(radiograph, [])})


def measure(page: Any, deed: Callable[[], object]) -> list[float]:
    """Milliseconds of each piece of script that a deed took: drawing a frame, or hearing a hand."""
    page.evaluate("performance.clearMeasures()")
    deed()
    page.wait_for_timeout(200)
    found: list[float] = page.evaluate(
        """["viewer frame", "viewer hand"].flatMap((name) => performance.getEntriesByName(name))
        .map((entry) => entry.duration)"""
    )
    return found


def samples(page: Any) -> float:
    """Milliseconds from the first wish for another window until the worker has all grey levels."""
    page.keyboard.press("i")
    page.wait_for_function("performance.getEntriesByName('viewer samples').length > 0")
    found: float = page.evaluate("performance.getEntriesByName('viewer samples')[0].duration")
    page.keyboard.press("x")
    return found


def deeds(page: Any) -> dict[str, Callable[[], object]]:
    """What a hand does."""
    box = page.locator("[data-stage]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def wheel() -> None:
        for turn in range(60):
            page.mouse.move(x + turn, y)
            page.mouse.wheel(0, -40 if turn < 40 else 60)

    def drag(key: str) -> Callable[[], None]:
        def dragging() -> None:
            page.keyboard.press(key)
            page.mouse.move(x, y)
            page.mouse.down()
            for step in range(60):
                page.mouse.move(x + step, y + (step * 7) % 50)
            page.mouse.up()

        return dragging

    def turn() -> None:
        for _ in range(20):
            page.keyboard.press("r")
            page.keyboard.press("m")

    return {
        "zoom by the wheel": wheel,
        "move": drag("p"),
        "measure": drag("d"),
        "window and level": drag("w"),
        "turn and mirror": turn,
    }


def run(side: int) -> tuple[float, list[str]]:
    """Milliseconds to fetch all grey levels, and one line for each deed."""
    from playwright.sync_api import Route, sync_playwright

    from tests.browser import ARGUMENTS, chromium

    files = {"canonical": drawn(side, 8), "deep": drawn(side, 16)}
    body = PAGE.format(viewer=viewer_of(side))

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(HOST)
        if path == "/":
            route.fulfill(body=body, content_type="text/html")
        elif path.rsplit("/", 1)[-1] in files:
            route.fulfill(body=files[path.rsplit("/", 1)[-1]], content_type="image/png")
        else:
            file = ROOT / path.lstrip("/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, ""))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.add_init_script("globalThis.viewerMeasures = true")
        page.route("**/*", serve)
        page.goto(HOST + "/")
        page.wait_for_function("document.querySelector('.viewer__radiograph').complete")
        fetched, lines = samples(page), []
        for name, deed in deeds(page).items():
            taken = measure(page, deed)
            late = sum(one > FRAME for one in taken)
            lines.append(
                f"| {name} | {len(taken)} | {statistics.median(taken):.2f} | {max(taken):.2f} | "
                f"{late} |"
            )
        browser.close()
    return fetched, lines


def main() -> int:
    """Print a table; 1 when a frame's script took longer than a frame."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.viewer",
        description="Measure the viewer's script in a real browser.",
        epilog="example: python -m benchmarks.viewer --side 3000",
    )
    parser.add_argument("--side", type=int, default=3000, help="of the drawn radiograph (3000 px)")
    fetched, lines = run(parser.parse_args().side)
    sys.stdout.write(f"All grey levels are there after {fetched:.0f} ms, read by the worker.\n\n")
    sys.stdout.write("| deed | pieces of script | median ms | longest ms | over 16.7 ms |\n")
    sys.stdout.write("| --- | ---: | ---: | ---: | ---: |\n" + "\n".join(lines) + "\n")
    return int(any(not line.endswith("| 0 |") for line in lines))


if __name__ == "__main__":
    sys.exit(main())
