"""A DICOM radiograph -> a picture: CR, DX and secondary capture, one frame, 8 to 16 bits."""

import io

import numpy as np
from PIL import Image
from pydicom import Dataset, config, dcmread
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from cases.intake import dicom_facts
from cases.intake.dicom_clean import clean_dicom
from cases.intake.dicom_grey import grey_picture
from cases.intake.dicom_samples import decode_samples
from cases.intake.errors import IntakeError
from cases.intake.limits import Limits
from cases.intake.picture import Picture, check_complete, check_size
from cases.intake.raster import colour_picture

# The values of strangers are read as they are; what is kept of them is checked when it is kept.
config.settings.reading_validation_mode = config.IGNORE
config.settings.writing_validation_mode = config.IGNORE

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_RADIOGRAPHS = {_STORAGE + end for end in ("1", "1.1", "1.1.1", "7", "7.2", "7.3", "7.4")}
# Secondary capture may hold anything: a CT slice's screenshot says so in Modality.
_MODALITIES = {"", "CR", "DX", "RG", "OT", "SC", "DR", "HC", "XC"}
_SYNTAX = "1.2.840.10008.1.2"
_SYNTAXES = {_SYNTAX + end for end in ("", ".1", ".1.99", ".2", ".5")} | {
    f"{_SYNTAX}.4.{end}" for end in (50, 51, 57, 70, 80, 81, 90, 91)
}
_GREY = {"MONOCHROME1", "MONOCHROME2"}
_COLOUR = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_RCT", "YBR_ICT", "PALETTE COLOR"}


def decode_dicom(data: bytes, limits: Limits) -> Picture:
    """Read, check by the header, decode the pixels, de-identify."""
    dataset = dcmread(io.BytesIO(data), force=True)
    syntax = _syntax(dataset)
    _check_kind(dataset, syntax)
    _check_pixels(dataset, limits)
    samples, missing = decode_samples(dataset, syntax)
    cut = check_complete(missing)
    if dataset.PhotometricInterpretation in _GREY:
        picture = grey_picture(dataset, samples, swap=syntax == ExplicitVRBigEndian)
    else:
        picture = _colour_picture(dataset, samples)
    picture.warnings = dicom_facts.warnings(dataset) + cut + picture.warnings
    picture.external_ids = dicom_facts.external_ids(dataset)
    picture.hints = dicom_facts.hints(dataset)
    picture.pixel_spacing_mm, picture.pixel_spacing_kind = dicom_facts.pixel_spacing(dataset)
    picture.original, picture.removed = clean_dicom(dataset, syntax)
    picture.original_suffix = ".dcm"
    return picture


def _syntax(dataset: Dataset) -> UID:
    """The transfer syntax; a data set without meta information is as pydicom found it."""
    stated = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if stated:
        return UID(str(stated))
    implicit, little = dataset.original_encoding
    guessed = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    syntax = guessed if little else ExplicitVRBigEndian
    dataset.file_meta.TransferSyntaxUID = syntax
    return syntax


def _check_kind(dataset: Dataset, syntax: UID) -> None:
    kind = str(dataset.get("SOPClassUID", ""))
    what = dicom_facts.text(dataset, "Modality").upper()
    if kind not in _RADIOGRAPHS or what not in _MODALITIES:
        raise IntakeError("dicom_not_a_radiograph")
    if "PixelData" not in dataset or not dataset.PixelData:
        raise IntakeError("dicom_without_pixels")
    if int(dataset.get("NumberOfFrames") or 1) != 1:
        raise IntakeError("dicom_multiframe")
    if syntax not in _SYNTAXES:
        raise IntakeError("dicom_unsupported_transfer_syntax")


def _check_pixels(dataset: Dataset, limits: Limits) -> None:
    check_size(int(dataset.Columns), int(dataset.Rows), limits)
    bits, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    photometric, samples = dataset.PhotometricInterpretation, int(dataset.SamplesPerPixel)
    grey_or_palette = photometric in _GREY or photometric == "PALETTE COLOR"
    known = (grey_or_palette and samples == 1) or (photometric in _COLOUR and samples == 3)
    fits = stored <= int(dataset.HighBit) + 1 <= bits and stored >= 8
    if not (known and fits and bits in {8, 16}):
        raise IntakeError("dicom_unsupported_pixels")


def _colour_picture(dataset: Dataset, samples: np.ndarray) -> Picture:
    bits = int(dataset.BitsStored)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        samples = apply_color_lut(samples, dataset)
        bits = 8 * samples.dtype.itemsize
    if samples.dtype.itemsize == 2:
        samples = (samples >> max(bits - 8, 0)).astype(np.uint8)
    picture = colour_picture(Image.fromarray(np.ascontiguousarray(samples)))
    picture.bits = bits
    return picture
