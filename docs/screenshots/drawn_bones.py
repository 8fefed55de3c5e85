"""Drawn phantoms: bones as nobody has them, which no model and no reader takes for a patient's."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 700, 900
RAYS = ((-34, 0.74), (-12, 0.95), (0, 1), (11, 0.95), (23, 0.8))  # degrees, length
SOFT, SHELL, MARROW = 62, 205, 140  # grey levels


def bone(
    draw: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], wide: float
) -> None:
    """A shaft with two thicker ends, its shell brighter than what is in it."""
    for grey, thick in ((SHELL, wide), (MARROW, wide * 0.62)):
        draw.line([start, end], fill=grey, width=round(thick))
        for x, y in (start, end):
            knob = thick * 0.68
            draw.ellipse((x - knob, y - knob * 0.8, x + knob, y + knob * 0.8), fill=grey)


def finished(picture: Image.Image, seed: int) -> Image.Image:
    """Blurred and grainy, as a detector would have it."""
    grain = np.random.default_rng(seed).normal(0, 2, (HEIGHT, WIDTH))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(5)), np.float64)
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))


def long_bone(number: int) -> Image.Image:
    """A shin (1) or a forearm (2): shafts side by side within soft tissue."""
    picture = Image.new("L", (WIDTH, HEIGHT), 8)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((150, -60, 550, 960), radius=130, fill=SOFT)
    for middle, wide in ((350, 110),) if number == 1 else ((285, 84), (425, 70)):
        bone(draw, (middle, 120), (middle + 18, 780), wide)
    return finished(picture, number)


def hand() -> Image.Image:
    """Five rays of four bones each, spread like a fan."""
    picture = Image.new("L", (WIDTH, HEIGHT), 8)
    draw = ImageDraw.Draw(picture)
    lines = [(math.sin(math.radians(a)), -math.cos(math.radians(a)), long) for a, long in RAYS]
    draw.ellipse((205, 560, 495, 900), fill=SOFT)
    for across, up, long in lines:
        tip = (350 + across * 640 * long, 800 + up * 640 * long)
        draw.line([(350, 800), tip], fill=SOFT, width=92)
    for across, up, long in lines:
        for near, far, wide in ((150, 315, 38), (345, 455, 31), (482, 560, 27), (586, 632, 23)):
            ends = [(350 + across * r * long, 800 + up * r * long) for r in (near, far)]
            bone(draw, ends[0], ends[1], wide)
    for x in (290, 335, 380, 420):
        draw.ellipse((x - 26, 700, x + 26, 748), fill=MARROW, outline=SHELL, width=7)
    return finished(picture, 5)
