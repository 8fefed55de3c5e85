"""DICOM radiographs: every compression, every way of saying what is bright, every refusal."""

import io
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from tests.cases.intake.make import (
    TWELVE,
    ankle,
    bone,
    drawn,
    file_of,
    gdcm_encoded,
    pixels,
    sample,
    taken,
    uid_of,
    with_pixels,
)


def lookup(first: int, bits: int, values: np.ndarray) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [values.size, first, bits]
    item["LUTDescriptor"].VR = "US"
    item.LUTData = values.astype("<u2").tobytes()
    item["LUTData"].VR = "OW"
    return item


def canonical(dataset: Dataset, folder: Path) -> np.ndarray:
    return pixels(taken(file_of(dataset), folder).canonical)


PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian]
CODED = ["JPEGLosslessProcess14", "JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless"]
CODED += ["ExplicitVRBigEndian"]
LOSSY = ["JPEGExtendedProcess2_4", "JPEGLSNearLossless", "JPEG2000"]


@pytest.mark.parametrize("syntax", [*PLAIN, RLELossless, JPEG2000Lossless])
def test_every_lossless_syntax_gives_the_same_image(syntax: UID, tmp_path: Path) -> None:
    expected = taken(file_of(ankle()), tmp_path)
    wanted = pixels(expected.canonical), pixels(expected.deep)
    dataset = ankle()
    if syntax in {RLELossless, JPEG2000Lossless}:
        dataset.compress(syntax, generate_instance_uid=False)
    dataset.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    implicit = syntax == ImplicitVRLittleEndian
    dataset.save_as(out, implicit_vr=implicit, little_endian=True, force_encoding=True)
    _same(out.getvalue(), wanted, tmp_path)


@pytest.mark.parametrize("name", CODED + LOSSY)
def test_every_gdcm_syntax_gives_the_same_image(name: str, tmp_path: Path) -> None:
    expected = taken(file_of(ankle()), tmp_path)
    wanted = pixels(expected.canonical), pixels(expected.deep)
    source = ankle()
    if name in LOSSY:
        source.PixelData = source.pixel_array.tobytes()
    _same(
        gdcm_encoded(file_of(source), name, tmp_path), wanted, tmp_path, 1 if name in LOSSY else 0
    )


def _same(
    data: bytes, wanted: tuple[np.ndarray, np.ndarray], folder: Path, within: int = 0
) -> None:
    """The same image, and the de-identified original in the same syntax gives it again."""
    made = taken(data, folder)
    kept = made.original.read_bytes()
    assert uid_of(kept) == uid_of(data)
    for found in (made, taken(kept, folder)):
        assert np.abs(pixels(found.canonical).astype(int) - wanted[0]).max() <= within
        assert np.abs(pixels(found.deep).astype(int) - wanted[1]).max() <= within


def test_jpeg_baseline_and_eight_bits(tmp_path: Path) -> None:
    dataset = with_pixels(ankle(), bone(), 8)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    plain = taken(file_of(dataset), tmp_path)
    assert (plain.bits, plain.deep) == (8, None)
    assert np.array_equal(pixels(plain.canonical), bone()), "8 bits without window stay as they are"
    coded = gdcm_encoded(file_of(dataset), "JPEGBaselineProcess1", tmp_path)
    close = pixels(taken(coded, tmp_path).canonical).astype(int) - bone()
    assert np.abs(close).max() < 20


def test_the_real_ankle_and_chest(tmp_path: Path) -> None:
    made = taken(sample("RG3_J2KR.dcm"), tmp_path)
    assert (made.format, made.width, made.height, made.bits) == ("dicom", 1760, 1760, 10)
    assert made.hints == {"side": "right", "view": "frontal", "sex": "female", "age_years": "25"}
    assert pixels(made.canonical)[1500, 850] > 150, "bone is bright"
    assert set(made.external_ids) >= {"study_uid", "series_uid", "sop_uid"}


def test_monochrome_1_and_2_give_the_same_image(tmp_path: Path) -> None:
    two = drawn(WindowCenter=2000, WindowWidth=3000)
    one = drawn(PhotometricInterpretation="MONOCHROME1", WindowCenter=2095, WindowWidth=3000)
    one.PixelData = (4095 - TWELVE).tobytes()
    first, second = taken(file_of(two), tmp_path), None
    grey, deep = pixels(first.canonical), pixels(first.deep)
    second = taken(file_of(one), tmp_path)
    assert np.array_equal(pixels(second.deep), deep)
    assert np.array_equal(deep, TWELVE)
    assert np.abs(pixels(second.canonical).astype(int) - grey).max() <= 1


def test_signed_values_are_moved_up(tmp_path: Path) -> None:
    unsigned = taken(file_of(drawn()), tmp_path)
    grey, deep = pixels(unsigned.canonical), pixels(unsigned.deep)
    signed = with_pixels(drawn(), (TWELVE.astype(np.int16) - 2048), 12, signed=True)
    made = taken(file_of(signed), tmp_path)
    assert np.array_equal(pixels(made.deep), deep)
    assert np.array_equal(pixels(made.canonical), grey)


def ramp() -> np.ndarray:
    return np.tile(np.arange(4096, dtype=np.uint16), (64, 1))


@pytest.mark.parametrize(
    ("function", "at", "wanted"),
    [
        # PS3.3 C.11.2.1.2.1: y = (x - (c - 0.5)) / (w - 1) + 0.5
        ("LINEAR", [499, 1500, 2500], [0, 255 * (1000.5 / 1999), 255]),
        ("LINEAR_EXACT", [500, 1500, 2500], [0, 127.5, 255]),
        ("SIGMOID", [500, 1500, 2500], [255 / (1 + np.e**2), 127.5, 255 / (1 + np.e**-2)]),
    ],
)
def test_the_first_window_by_its_function(
    function: str, at: list[int], wanted: list[float], tmp_path: Path
) -> None:
    dataset = with_pixels(drawn(), ramp(), 12)
    dataset.WindowCenter, dataset.WindowWidth = [1500, 40], [2000, 10]
    dataset.VOILUTFunction = function
    shown = canonical(dataset, tmp_path)[0]
    assert [float(shown[x]) for x in at] == pytest.approx(wanted, abs=0.51)


def test_rescale_comes_before_the_window(tmp_path: Path) -> None:
    dataset = with_pixels(drawn(), ramp(), 12)
    dataset.RescaleSlope, dataset.RescaleIntercept = 2, -1000
    dataset.WindowCenter, dataset.WindowWidth = 1000, 2001
    shown = canonical(dataset, tmp_path)[0]
    assert (int(shown[499]), int(shown[1501])) == (0, 255)
    assert int(shown[1000]) in {127, 128}


@pytest.mark.parametrize("keyword", ["VOILUTSequence", "ModalityLUTSequence"])
def test_lookup_tables(keyword: str, tmp_path: Path) -> None:
    """A table that turns the ramp round: values below its first input take its first entry."""
    dataset = with_pixels(drawn(), ramp(), 12)
    table = np.linspace(65535, 0, 2048).astype(np.uint16)
    setattr(dataset, keyword, Sequence([lookup(1000, 16, table)]))
    if keyword == "ModalityLUTSequence":
        dataset.ModalityLUTSequence[0].ModalityLUTType = "US"
        dataset.WindowCenter, dataset.WindowWidth = 32768, 65536
    shown = canonical(dataset, tmp_path)[0].astype(int)
    assert (shown[:1001] == 255).all()
    assert (shown[3047:] == 0).all()
    assert (np.diff(shown) <= 0).all()


def test_without_window_outer_percentiles_decide(tmp_path: Path) -> None:
    values = TWELVE.copy()
    values[0, 0] = 65535 >> 4
    grey = canonical(with_pixels(drawn(), values, 12), tmp_path)
    assert (int(grey.min()), int(grey.max())) == (0, 255)
    assert np.percentile(grey, 98) > 200


def test_a_window_that_shows_nothing_is_ignored_and_told(tmp_path: Path) -> None:
    made = taken(file_of(drawn(WindowCenter=60000, WindowWidth=10)), tmp_path)
    assert made.warnings == ["window_ignored"]
    assert pixels(made.canonical).std() > 20


def test_padding_becomes_black_even_when_inverted(tmp_path: Path) -> None:
    values = TWELVE.copy()
    values[:, :20] = 0
    dataset = with_pixels(drawn(PhotometricInterpretation="MONOCHROME1"), values, 12)
    dataset.add_new("PixelPaddingValue", "US", 0)
    grey = canonical(dataset, tmp_path)
    assert grey[:, :20].max() == 0
    assert grey[:, 20:].max() == 255


def test_overlay_bits_above_the_stored_ones_do_not_show_and_do_not_stay(tmp_path: Path) -> None:
    clean = taken(file_of(drawn()), tmp_path)
    grey = pixels(clean.canonical)
    hidden = with_pixels(drawn(), TWELVE | 0x8000, 12)
    made = taken(file_of(hidden), tmp_path)
    assert np.array_equal(pixels(made.canonical), grey)
    assert "unused_bits" in made.removed
    assert dcmread(made.original).PixelData == TWELVE.tobytes()


def test_a_data_set_without_preamble(tmp_path: Path) -> None:
    out = io.BytesIO()
    dataset = ankle()
    del dataset.file_meta
    dataset.preamble = None
    dataset.save_as(out, implicit_vr=True, little_endian=True, enforce_file_format=False)
    bare = out.getvalue()
    assert bare[128:132] != b"DICM"
    made = taken(bare, tmp_path)
    assert np.array_equal(pixels(made.canonical), canonical(ankle(), tmp_path))


def test_colour_secondary_capture(tmp_path: Path) -> None:
    made = taken(sample("SC_rgb_rle.dcm"), tmp_path)
    assert (made.not_assessable, made.format) == ("colour_photograph", "dicom")
    grey = with_pixels(ankle(), np.repeat(bone()[..., None], 3, axis=2), 8)
    grey.SamplesPerPixel, grey.PlanarConfiguration = 3, 0
    grey.PhotometricInterpretation = "RGB"
    made = taken(file_of(grey), tmp_path)
    assert made.not_assessable == ""
    assert np.array_equal(pixels(made.canonical), bone())
