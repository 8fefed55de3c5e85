"""Calibration, levels and the overlay."""

import dataclasses
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference_worker.answer import STRONGEST_ALPHA, answer, heatmap_png, level_of, sigmoid
from inference_worker.bundle import Bundle, Thresholds, load_bundle
from inference_worker.classifier import Prediction
from inference_worker.manifest import ABSOLUTE, MapStyle
from tests.inference_worker.samples import written_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """slope 2, intercept -1, rule_out 0.4, rule_in 0.6."""
    return load_bundle(written_bundle(tmp_path / "drawn-2"))


def said(logit: float) -> Prediction:
    return Prediction(logit, {"fracture": sigmoid(logit)}, np.zeros((4, 4), np.float32), {})


@pytest.mark.parametrize(
    ("logit", "probability", "level"),
    [
        (0.5, 0.5, "inconclusive"),
        (1.0, 1 / (1 + math.exp(-1)), "fracture"),
        (0.0, 1 / (1 + math.exp(1)), "no_fracture_found"),
        (900.0, 1.0, "fracture"),
        (-900.0, 0.0, "no_fracture_found"),
    ],
)
def test_calibrated_then_levelled(
    bundle: Bundle, logit: float, probability: float, level: str
) -> None:
    given = answer(said(logit), bundle)
    assert given.probability == pytest.approx(probability)
    assert given.level == level
    assert given.logit == logit
    assert given.thresholds == {"rule_out": 0.4, "rule_in": 0.6}
    assert set(given.class_scores) == {"fracture"}


def test_both_ends_of_the_band_are_inconclusive() -> None:
    thresholds = Thresholds(rule_out=0.25, rule_in=0.75)
    assert level_of(0.25, thresholds) == "inconclusive"
    assert level_of(0.75, thresholds) == "inconclusive"
    assert level_of(math.nextafter(0.25, 0), thresholds) == "no_fracture_found"
    assert level_of(math.nextafter(0.75, 1), thresholds) == "fracture"


@pytest.mark.parametrize("logit", [math.nan, math.inf, -math.inf])
def test_no_answer_from_no_number(bundle: Bundle, logit: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        answer(dataclasses.replace(said(0), logit=logit), bundle)


def test_no_answer_beside_other_numbers_that_are_none(bundle: Bundle) -> None:
    scores = dataclasses.replace(said(0), class_scores={"fracture": math.nan})
    for broken in (scores, dataclasses.replace(said(0), map=np.full((4, 4), np.nan, np.float32))):
        with pytest.raises(ValueError, match="finite"):
            answer(broken, bundle)


def decoded(png: bytes) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA), dtype=np.uint8)


def test_overlay_grows_with_the_map_and_lies_where_the_map_does() -> None:
    heat = np.zeros((56, 40), np.float32)
    heat[40:48, 8:16] = 1
    overlay = decoded(heatmap_png(heat, width=400, height=560))
    assert overlay.shape == (512, 366, 4)
    rows, columns = np.nonzero(overlay[..., 3] > 150)
    assert 40 / 56 <= rows.mean() / 512 <= 48 / 56
    assert 8 / 40 <= columns.mean() / 366 <= 16 / 40
    assert overlay[10, 10, 3] == 0
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (8, 1))
    alpha = decoded(heatmap_png(ramp, width=64, height=8))[4, :, 3].astype(int)
    assert (np.diff(alpha) >= 0).all()
    assert alpha[0] == 0
    assert 150 < alpha[-1] < 255


def test_an_absolute_map_shows_nothing_below_its_limit() -> None:
    style = MapStyle(ABSOLUTE, faint=0.4)
    heat = np.full((64, 64), 0.35, np.float32)
    heat[30:34, 30:34] = 0.7
    overlay = decoded(heatmap_png(heat, width=64, height=64, style=style))
    assert (overlay[:28, :, 3] == 0).all()
    assert overlay[32, 32, 3] == pytest.approx(STRONGEST_ALPHA / 2, abs=2)
    faint = decoded(heatmap_png(heat * 0.5, width=64, height=64, style=style))
    assert faint[..., 3].max() == 0
    assert decoded(heatmap_png(heat, width=64, height=64))[5, 5, 3] > 0


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [(373, 454, (454, 373)), (3000, 1500, (256, 512)), (64, 2000, (512, 16)), (1, 1, (1, 1))],
)
def test_overlay_has_the_aspect_of_the_radiograph(
    width: int, height: int, shape: tuple[int, int]
) -> None:
    png = heatmap_png(np.ones((20, 20), np.float32), width=width, height=height)
    assert decoded(png).shape == (*shape, 4)


def test_no_overlay_of_nothing() -> None:
    with pytest.raises(ValueError, match="no overlay"):
        heatmap_png(np.zeros((0, 4), np.float32), width=10, height=10)
    with pytest.raises(ValueError, match="no overlay"):
        heatmap_png(np.zeros((4, 4), np.float32), width=0, height=10)
