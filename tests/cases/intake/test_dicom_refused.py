"""DICOM that is refused, and with which code: foreign objects and damaged streams."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
)

from cases.intake.errors import IntakeError
from tests.cases.intake.make import (
    TWELVE,
    ankle,
    bone,
    drawn,
    file_of,
    gdcm_encoded,
    sample,
    stream,
    taken,
    with_pixels,
)


def change(**values: object) -> Callable[[], bytes]:
    def made() -> bytes:
        dataset = ankle()
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        return file_of(dataset)

    return made


def without_pixels() -> bytes:
    dataset = ankle()
    del dataset.PixelData
    return file_of(dataset)


REFUSED: list[tuple[str, Callable[[], bytes]]] = [
    ("dicom_not_a_radiograph", lambda: sample("CT_small.dcm")),
    ("dicom_not_a_radiograph", lambda: sample("MR_small.dcm")),
    ("dicom_not_a_radiograph", lambda: sample("reportsi.dcm")),
    ("dicom_not_a_radiograph", lambda: sample("DICOMDIR")),
    ("dicom_not_a_radiograph", lambda: sample("JPEG-lossy.dcm")),
    ("dicom_not_a_radiograph", change(SOPClassUID="1.2.840.10008.5.1.4.1.1.1.2")),
    ("dicom_without_pixels", without_pixels),
    ("dicom_multiframe", lambda: sample("SC_rgb_2frame.dcm")),
    ("dicom_multiframe", change(NumberOfFrames=3)),
    ("dicom_unsupported_pixels", lambda: sample("SC_rgb_32bit.dcm")),
    ("dicom_unsupported_pixels", change(PhotometricInterpretation="HSV")),
    ("too_many_pixels", change(Rows=50_000, Columns=50_000)),
    ("too_small", change(Rows=16)),
    ("truncated", change(Rows=512)),
]


@pytest.mark.parametrize(("code", "made"), REFUSED)
def test_refused_with_a_code(code: str, made: Callable[[], bytes], tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        taken(made(), tmp_path)
    assert refused.value.code == code


def test_an_unknown_compression_is_refused(tmp_path: Path) -> None:
    dataset = ankle()
    dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.100")  # MPEG-2
    dataset["PixelData"].is_undefined_length = True
    dataset.PixelData = (
        b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x02\0\0\0ab\xfe\xff\xdd\xe0\0\0\0\0"
    )
    with pytest.raises(IntakeError) as refused:
        taken(file_of(dataset), tmp_path)
    assert refused.value.code == "dicom_unsupported_transfer_syntax"


def test_blank_under_any_window(tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as refused:
        taken(file_of(with_pixels(drawn(), np.full_like(TWELVE, 900), 12)), tmp_path)
    assert refused.value.code == "blank_image"


@pytest.mark.parametrize("name", ["JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000"])
def test_a_stream_of_another_size_than_its_header_is_not_decoded(name: str, tmp_path: Path) -> None:
    dataset = dcmread(io.BytesIO(gdcm_encoded(file_of(ankle()), name, tmp_path)))
    dataset.Rows = 255
    with pytest.raises(IntakeError) as refused:
        taken(file_of(dataset), tmp_path)
    assert refused.value.code == "damaged"


PAINTING = ["JPEGExtendedProcess2_4", "JPEGLosslessProcess14", "JPEGLosslessProcess14_1"]


def cut(name: str, share: float, end: bytes, folder: Path) -> bytes:
    dataset = dcmread(io.BytesIO(gdcm_encoded(file_of(ankle()), name, folder)))
    coded = stream(dataset)
    dataset.PixelData = encapsulate([coded[: round(len(coded) * share)] + end])
    dataset["PixelData"].is_undefined_length = True
    return file_of(dataset)


@pytest.mark.parametrize("name", [*PAINTING, "JPEGLSLossless", "JPEG2000Lossless", "RLELossless"])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"], ids=["cut", "ended early"])
def test_a_stream_that_lacks_a_band_is_refused(name: str, end: bytes, tmp_path: Path) -> None:
    """GDCM paints the missing half of a JPEG and reports success."""
    with pytest.raises(IntakeError) as refused:
        taken(cut(name, 0.5, end, tmp_path), tmp_path)
    assert refused.value.code == ("truncated" if name in PAINTING else "damaged")


def test_a_stream_that_lacks_its_last_rows_is_taken_and_told(tmp_path: Path) -> None:
    dataset = with_pixels(ankle(), bone(640, 480), 8)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    coded = dcmread(io.BytesIO(gdcm_encoded(file_of(dataset), "JPEGBaselineProcess1", tmp_path)))
    whole = stream(coded)
    coded.PixelData = encapsulate([whole[: round(len(whole) * 0.99)]])
    coded["PixelData"].is_undefined_length = True
    assert taken(file_of(coded), tmp_path).warnings == ["truncated_tail"]
