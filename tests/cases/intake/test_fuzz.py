"""Whatever comes in: a verified radiograph or an IntakeError, never anything else."""

import io
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.uid import RLELossless

from cases.intake.errors import IntakeError
from cases.intake.result import VerifiedRadiograph
from tests.cases.intake.make import ankle, bone, file_of, jpeg, saved, taken


@cache
def seeds() -> list[bytes]:
    """One small file of every kind that is decoded without a native DICOM codec."""
    image = Image.fromarray(bone(72, 64)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = exif.tobytes()
    compressed = ankle()
    compressed.compress(RLELossless)
    return [
        saved(image, "JPEG", exif=turned),
        jpeg(progressive=True),
        saved(image, "PNG", exif=turned),
        saved(image.quantize(16), "PNG"),
        saved(image, "WEBP", exif=turned),
        saved(image, "WEBP", lossless=True),
        saved(image, "TIFF"),
        saved(image, "TIFF", compression="tiff_lzw"),
        saved(image, "BMP"),
        file_of(ankle()),
        file_of(compressed),
    ]


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A seed with bytes changed, a piece cut out or doubled, or its end gone."""
    data = bytearray(draw(st.sampled_from(seeds())))
    # Most of what can go wrong sits in headers.
    reach = draw(st.sampled_from([200, 2000, len(data)]))
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, min(reach, len(data)) - 1))] = draw(st.integers(0, 255))
    at = draw(st.integers(0, len(data)))
    length = draw(st.integers(0, 64))
    how = draw(st.sampled_from(["as it is", "cut out", "doubled", "ended"]))
    if how == "cut out":
        del data[at : at + length]
    elif how == "doubled":
        data[at:at] = data[at : at + length]
    elif how == "ended":
        del data[at:]
    return bytes(data)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=spoilt())
def test_a_radiograph_or_a_reason(data: bytes, folder: Path) -> None:
    with suppress(IntakeError):
        made = taken(data, folder, max_pixels=1_000_000)
        assert isinstance(made, VerifiedRadiograph)
        with Image.open(made.canonical) as canonical:
            assert (canonical.mode, canonical.size) == ("L", (made.width, made.height))
        if made.format != "dicom":
            with Image.open(io.BytesIO(made.original.read_bytes())) as original:
                assert "exif" not in original.info or dict(original.getexif()).keys() == {0x0112}


@settings(max_examples=200, deadline=None, database=None)
@given(data=st.binary(max_size=600))
def test_noise_is_refused(data: bytes, folder: Path) -> None:
    with pytest.raises(IntakeError):
        taken(data, folder)
