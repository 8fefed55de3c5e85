"""The pixel element of a de-identified DICOM object. Coded streams hide comments, bits overlays."""

import struct

import numpy as np
from pydicom import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, ExplicitVRBigEndian

from cases.intake.blocks import Stripped
from cases.intake.errors import IntakeError
from cases.intake.jpeg import coded_size, strip_jpeg

_J2K_START, _J2K_SIZE, _J2K_TILE, _J2K_COMMENT = b"\xff\x4f", b"\xff\x51", 0x90, 0x64


def clean_pixels(dataset: Dataset, syntax: UID) -> tuple[bytes, list[str]]:
    """The pixel element: exactly one frame, no comment in its stream, no overlay in unused bits."""
    if syntax.is_encapsulated:
        stripped = _strip_stream(first_frame(dataset))
        return encapsulate([stripped.data]), stripped.removed
    return _native(dataset, syntax)


def first_frame(dataset: Dataset) -> bytes:
    """The coded bytes of the one frame, its fragments joined."""
    try:
        return next(generate_frames(dataset.PixelData, number_of_frames=1))
    except (ValueError, StopIteration, struct.error) as error:
        raise IntakeError("truncated") from error


def check_stream(dataset: Dataset, frame: bytes) -> None:
    """Refuse a stream whose own size is not the header's, before a native decoder believes it."""
    if frame.startswith(b"\xff\xd8"):
        size = coded_size(frame)
    elif frame.startswith(_J2K_START + _J2K_SIZE):
        # ISO 15444-1 A.5.1: Xsiz, Ysiz, XOsiz, YOsiz follow the length and the capabilities.
        right, bottom, left, top = struct.unpack(">4I", frame[8:24])
        size = bottom - top, right - left
    else:
        return
    if size != (dataset.Rows, dataset.Columns):
        raise IntakeError("damaged")


def _strip_stream(frame: bytes) -> Stripped:
    """JPEG (all processes, JPEG-LS) and JPEG 2000 carry comments of their own."""
    if frame.startswith(b"\xff\xd8"):
        return strip_jpeg(frame)
    if frame.startswith(_J2K_START):
        return _strip_j2k(frame)
    return Stripped(frame)


def _strip_j2k(frame: bytes) -> Stripped:
    """The main header of a JPEG 2000 codestream without COM segments (ISO 15444-1 A.9.2)."""
    result, parts, at = Stripped(b""), [_J2K_START], 2
    while at + 4 <= len(frame) and frame[at] == 0xFF and frame[at + 1] != _J2K_TILE:
        end = at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big")
        if frame[at + 1] == _J2K_COMMENT:
            result.note("comment")
        else:
            parts.append(frame[at:end])
        at = end
    result.data = b"".join([*parts, frame[at:]])
    return result


def _native(dataset: Dataset, syntax: UID) -> tuple[bytes, list[str]]:
    width = dataset.BitsAllocated // 8
    samples = dataset.Rows * dataset.Columns * dataset.SamplesPerPixel
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        samples = samples // 3 * 2
    data = bytes(dataset.PixelData[: samples * width])
    notes = ["trailing_data"] if len(dataset.PixelData) > len(data) + 1 else []
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    if width == 2 and dataset.HighBit + 1 < 16:
        stored = np.frombuffer(data, dtype=f"{order}u2")
        clean = _without_unused_bits(dataset, stored)
        if not np.array_equal(clean, stored):
            notes.append("unused_bits")
            data = clean.astype(f"{order}u2").tobytes()
    return data + b"\0" * (len(data) % 2), notes


def _without_unused_bits(dataset: Dataset, stored: np.ndarray) -> np.ndarray:
    """Bits above the high bit once held overlays; in signed samples they repeat the sign."""
    top = 1 << dataset.HighBit
    clean = stored & (top * 2 - 1)
    if dataset.PixelRepresentation:
        clean |= np.where(clean & top, 0xFFFF ^ (top * 2 - 1), 0).astype(np.uint16)
    return np.asarray(clean)
