"""Files of a training folder become what intake would have stored."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference_worker.training.decode import (
    FILLER,
    TooLittleLeft,
    cut_bottom,
    decode,
    is_truncated,
    missing_rows,
)


def jpeg(picture: np.ndarray, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


@pytest.fixture
def noisy() -> np.ndarray:
    """Smooth noise, 90 x 160: every block costs bytes, so a cut costs rows."""
    return np.random.default_rng(5).integers(60, 200, (90, 160), dtype=np.uint8)


def test_exif_orientation_is_applied(tmp_path: Path, noisy: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "turned.jpg").write_bytes(jpeg(noisy, exif=exif.tobytes()))
    (tmp_path / "plain.jpg").write_bytes(jpeg(noisy))
    turned, plain = decode(tmp_path / "turned.jpg"), decode(tmp_path / "plain.jpg")
    assert turned.shape == (160, 90)
    np.testing.assert_array_equal(turned, np.rot90(plain, -1))


@pytest.fixture
def cut_short(tmp_path: Path, noisy: np.ndarray) -> Path:
    """A JPEG of which a fifth of the bytes is missing, beside the whole one."""
    data = jpeg(noisy)
    (tmp_path / "whole.jpg").write_bytes(data)
    (tmp_path / "cut.jpg").write_bytes(data[: int(len(data) * 0.8)])
    return tmp_path / "cut.jpg"


def test_missing_band_is_cut_off(cut_short: Path) -> None:
    whole, cut = decode(cut_short.with_name("whole.jpg")), decode(cut_short)
    assert 48 <= len(cut) < len(whole)
    assert cut.shape[1] == whole.shape[1]
    np.testing.assert_array_equal(cut[:48], whole[:48])
    assert missing_rows(cut) == 0


def test_whole_image_is_left_alone(cut_short: Path, noisy: np.ndarray) -> None:
    np.testing.assert_array_equal(cut_bottom(noisy), noisy)
    assert not is_truncated(cut_short.with_name("whole.jpg").read_bytes())
    assert is_truncated(cut_short.read_bytes())


def test_too_little_left(tmp_path: Path, noisy: np.ndarray) -> None:
    mostly = noisy.copy()
    mostly[20:] = FILLER
    with pytest.raises(TooLittleLeft, match="only 20 of 90 rows"):
        cut_bottom(mostly)
    data = jpeg(noisy)
    (tmp_path / "third.jpg").write_bytes(data[: len(data) // 3])
    with pytest.raises(TooLittleLeft, match=r"third\.jpg: only"):
        decode(tmp_path / "third.jpg")
    assert 10 < len(decode(tmp_path / "third.jpg", least=0)) < 45


def test_deep_grey_is_scaled(tmp_path: Path) -> None:
    deep = np.linspace(0, 4095, 64 * 64).reshape(64, 64).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    grey = decode(tmp_path / "deep.png")
    assert (grey.min(), grey.max()) == (0, 255)
    assert grey.dtype == np.uint8


def test_no_image(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    with pytest.raises(ValueError, match=r"text\.jpg: not a readable image"):
        decode(tmp_path / "text.jpg")


def test_every_kind_of_fracatlas_file(fracatlas: Path) -> None:
    """Truncated, truncated over half of it, and turned by EXIF."""
    normal = fracatlas / "images" / "Non_fractured"
    assert decode(normal / "IMG0004028.jpg").shape == (416, 373)
    assert decode(normal / "IMG0004145.jpg", least=0).shape == (208, 373)
    with pytest.raises(TooLittleLeft):
        decode(normal / "IMG0004145.jpg")
    turned = next(fracatlas.glob("images/*/IMG0002628.jpg"))
    with Image.open(turned) as image:
        assert decode(turned).shape == image.size
