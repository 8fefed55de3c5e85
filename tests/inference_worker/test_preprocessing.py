"""The arithmetic that every bundle relies on: if a figure here changes, its version
must too."""

import hashlib
import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inference_worker.classifier import reference_radiograph
from inference_worker.normalising import Rectangle
from inference_worker.preprocessing import (
    PREPROCESSING_VERSIONS,
    Placement,
    prepare,
    read_canonical,
)
from tests.inference_worker.samples import patterned

GOLDEN_HALVED = "bd5035de63f9a5a4a0a653581bcc4ecb2a8bb05158cbd9ca7c6517f82242ad21"
GOLDEN_GRID = [
    [0, 16, 43, 238, 101, 23, 12],
    [0, 13, 39, 226, 122, 26, 12],
    [0, 12, 37, 206, 142, 28, 12],
    [0, 12, 34, 185, 162, 31, 12],
    [0, 12, 31, 165, 183, 34, 12],
    [0, 12, 29, 145, 203, 36, 12],
    [0, 12, 26, 124, 223, 39, 13],
]
"""Every 32nd pixel of the reference radiograph (454 x 373) at 224 px, in grey levels."""


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_golden_halved() -> None:
    """Halving needs only integers, so it is the same to the bit on every machine."""
    x, placement = prepare(patterned(448, 336), size=224, channels=3, version="1")
    assert placement == Placement(0, 28, 224, 168, 224, Rectangle(0, 448, 0, 336), (448, 336))
    assert hashlib.sha256(np.round(x * 255).astype(np.uint8).tobytes()).hexdigest() == GOLDEN_HALVED


def test_golden_resized() -> None:
    x, placement = prepare(reference_radiograph(), size=224, channels=1, version="1")
    assert placement == Placement(0, 20, 224, 184, 224, Rectangle(0, 454, 0, 373), (454, 373))
    np.testing.assert_allclose(x[::32, ::32, 0] * 255, GOLDEN_GRID, atol=1.01)
    assert x.mean() == pytest.approx(0.24246, abs=2e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.sampled_from([(224, 3), (64, 1)]))
def test_any_shape_fits(height: int, width: int, wanted: tuple[int, int]) -> None:
    size, channels = wanted
    plain = np.full((height, width), 200, np.uint8)
    x, placement = prepare(plain, size=size, channels=channels, version="1")
    assert x.shape == (size, size, channels)
    assert x.dtype == np.float32
    inside = placement.crop(x)
    assert inside.shape == (placement.height, placement.width, channels)
    np.testing.assert_allclose(inside, 200 / 255, atol=1e-6)
    # All around it is black: what is inside is all there is.
    assert x.sum() == pytest.approx(inside.sum(), rel=1e-6)
    assert max(placement.height, placement.width) == size


@pytest.mark.parametrize("version", PREPROCESSING_VERSIONS)
def test_aspect_is_kept(version: str) -> None:
    _, placement = prepare(patterned(300, 200), size=224, channels=1, version=version)
    assert placement.height / placement.width == pytest.approx(1.5, abs=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((10, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint16),
        np.zeros((0, 10), np.uint8),
    ],
)
@pytest.mark.parametrize("version", PREPROCESSING_VERSIONS)
def test_refuses_what_is_not_canonical(wrong: np.ndarray, version: str) -> None:
    with pytest.raises(ValueError, match="uint8"):
        prepare(wrong, size=224, channels=3, version=version)


def test_crop_refuses_another_size() -> None:
    placement = Placement(0, 0, 56, 40, 56, Rectangle(0, 112, 0, 80), (112, 80))
    with pytest.raises(ValueError, match="56x56"):
        placement.crop(np.zeros((28, 28), np.float32))


def test_refuses_a_version_of_the_future() -> None:
    with pytest.raises(ValueError, match="version 3"):
        prepare(reference_radiograph(), size=224, channels=1, version="3")


def test_reads_the_canonical_png() -> None:
    picture = patterned(120, 90)
    np.testing.assert_array_equal(read_canonical(png(Image.fromarray(picture))), picture)


def test_broken_png_is_a_value_error() -> None:
    whole = png(Image.fromarray(patterned(120, 90)))
    for broken in (b"", b"\x89PNG", whole[: len(whole) // 2], whole[8:]):
        with pytest.raises(ValueError, match="cannot be decoded"):
            read_canonical(broken)


def test_colour_or_deep_png_is_a_value_error() -> None:
    colour = png(Image.new("RGB", (80, 80), "red"))
    _, deep = cv2.imencode(".png", np.zeros((80, 80), np.uint16))
    for data in (colour, deep.tobytes()):
        with pytest.raises(ValueError, match="not 8-bit grey"):
            read_canonical(data)
