"""Files for the tests of intake, made from a drawn bone and from pydicom's ankle."""

import io
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import generate_frames
from pydicom.uid import UID

from cases.intake.decode import decode
from cases.intake.limits import Limits
from cases.intake.result import VerifiedRadiograph

NAME = "Sekretowa^Anna"


def bone(height: int = 160, width: int = 120) -> np.ndarray:
    """uint8: a bright shaft with a gap on a dark, slightly noisy ground."""
    rows, columns = np.mgrid[0:height, 0:width]
    shaft = 200 * np.exp(-(((columns - width / 2) / (width / 8)) ** 2))
    shaft[np.abs(rows - height / 2 - columns / 8) < 3] *= 0.4
    noise = np.random.default_rng(7).normal(0, 4, shaft.shape)
    return np.asarray(np.clip(shaft + 30 + noise, 0, 255).astype(np.uint8))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of an image in one of Pillow's formats."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(**options: Any) -> bytes:
    return saved(Image.fromarray(bone()), "JPEG", **({"quality": 90} | options))


@cache
def _ankle_bytes() -> bytes:
    dataset = dcmread(str(get_testdata_file("RG3_UNCI.dcm", download=False)))
    crop = np.ascontiguousarray(dataset.pixel_array[1100:1356, 700:956])
    dataset.PixelData = crop.tobytes()
    dataset.Rows, dataset.Columns = crop.shape
    return file_of(dataset)


def ankle() -> Dataset:
    """A 256 x 256 part of the real ankle: CR, MONOCHROME1, 10 bits in 16, one window."""
    return dcmread(io.BytesIO(_ankle_bytes()))


def file_of(dataset: Dataset) -> bytes:
    """The bytes of a DICOM file."""
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def with_pixels(
    dataset: Dataset, values: np.ndarray, bits: int, *, signed: bool = False
) -> Dataset:
    """The same object with other grey values and no window."""
    for keyword in ("WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept"):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.Rows, dataset.Columns = values.shape[:2]
    dataset.BitsAllocated = 8 * values.dtype.itemsize
    dataset.BitsStored, dataset.HighBit = bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    dataset.PixelData = values.tobytes()
    dataset["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"
    return dataset


def taken(data: bytes, folder: Path, **limits: int) -> VerifiedRadiograph:
    """Intake in this process."""
    source = folder / "source"
    source.write_bytes(data)
    return decode(source, folder, limits=Limits(**limits))


def pixels(path: Path | None) -> np.ndarray:
    """The values of an image file."""
    assert path is not None
    with Image.open(path) as image:
        return np.asarray(image)


def stream(dataset: Dataset) -> bytes:
    """The coded bytes of the one frame of an encapsulated object."""
    return next(generate_frames(dataset.PixelData, number_of_frames=1))


def gdcm_encoded(data: bytes, syntax: str, folder: Path) -> bytes:
    """The DICOM file in another transfer syntax, by GDCM's name of it."""
    import gdcm

    source, target = folder / "gdcm-in", folder / "gdcm-out"
    source.write_bytes(data)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    assert writer.Write()
    # GDCM's objects refer to one another; left to the collector they are freed in a wrong order.
    _ALIVE.append((reader, change, writer))
    return target.read_bytes()


_ALIVE: list[Any] = []


def uid_of(data: bytes) -> UID:
    """The transfer syntax a DICOM file states."""
    return UID(str(dcmread(io.BytesIO(data)).file_meta.TransferSyntaxUID))


TWELVE = bone().astype(np.uint16) * 16


def sample(name: str) -> bytes:
    return Path(str(get_testdata_file(name, download=False))).read_bytes()


def drawn(**changes: object) -> Dataset:
    """The ankle's header with a drawn bone: 12 bits, MONOCHROME2, no window."""
    dataset = with_pixels(ankle(), TWELVE, 12)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return dataset
