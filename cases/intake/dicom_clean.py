"""A DICOM radiograph without what identifies: a new data set, filled from the allow-list."""

import io
import re
import struct
from collections.abc import Iterator

import numpy as np
from pydicom import Dataset
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID, ExplicitVRBigEndian, generate_uid

from cases.intake import dicom_profile as profile
from cases.intake.blocks import Stripped
from cases.intake.errors import IntakeError
from cases.intake.jpeg import strip_jpeg

_PRINTABLE = re.compile(r"[^\x20-\x7e]")
_MAKER_LENGTH = 64
_J2K_START, _J2K_TILE, _J2K_COMMENT = b"\xff\x4f", 0x90, 0x64


def clean_dicom(dataset: Dataset, syntax: UID) -> tuple[bytes, list[str]]:
    """The de-identified file in the same transfer syntax, and the keywords of what went.

    UIDs are fresh for every object: two views of one study cannot be joined by them, and the
    encrypted external ids that the caller keeps lead back.
    """
    removed: list[str] = []
    clean = _kept(dataset, removed)
    for keyword in profile.EMPTIED:
        if dataset.get(keyword):
            removed.append(keyword)
        setattr(clean, keyword, "" if keyword not in {"SeriesNumber", "InstanceNumber"} else None)
    for keyword in profile.RENEWED:
        removed.append(keyword)
        setattr(clean, keyword, generate_uid(prefix=None))
    clean.SOPClassUID = dataset.SOPClassUID
    _state_method(clean)
    clean.PixelData, pixel_notes = _pixels(dataset, syntax)
    clean["PixelData"].VR = "OB" if syntax.is_encapsulated or dataset.BitsAllocated == 8 else "OW"
    if syntax.is_encapsulated:
        clean["PixelData"].is_undefined_length = True
    meta = getattr(dataset, "file_meta", None) or FileMetaDataset()
    removed += [keyword_for_tag(tag) for tag in meta.keys() if tag.element >= 0x16]
    return _file(clean, syntax), sorted(set(removed + pixel_notes) - {""})


def _kept(dataset: Dataset, removed: list[str]) -> Dataset:
    """A new data set with what may stay; the names of the rest are appended to `removed`."""
    clean = Dataset()
    handled = {*profile.EMPTIED, *profile.RENEWED, "SOPClassUID", "PixelData"}
    for tag in list(dataset.keys()):
        keyword = _name(tag)
        if keyword in handled:
            continue
        value = _allowed(dataset, keyword, removed)
        if value is None:
            removed.append(keyword)
        else:
            setattr(clean, keyword, value)
            clean[keyword].VR = dataset[keyword].VR
    return clean


def _name(tag: BaseTag) -> str:
    if tag.is_private:
        return "PrivateElements"
    return keyword_for_tag(tag) or f"({tag.group:04x},{tag.element:04x})"


def _allowed(dataset: Dataset, keyword: str, removed: list[str]) -> object | None:
    """The value that may stay, or None. Nothing that the lists do not name is even decoded."""
    try:
        if keyword in profile.NUMBERS:
            return _numbers(dataset[keyword].value)
        if keyword in profile.WORDS:
            return _words(dataset[keyword].value, profile.WORDS[keyword])
        if keyword in profile.BYTES:
            return dataset[keyword].value
        if keyword in profile.SEQUENCES:
            return Sequence([_kept(item, removed) for item in dataset[keyword].value])
        if keyword in profile.MAKER:
            return _PRINTABLE.sub("", str(dataset[keyword].value))[:_MAKER_LENGTH]
    except (ValueError, TypeError, AttributeError, NotImplementedError, struct.error):
        return None
    return None


def _items(value: object) -> list[object]:
    if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
        return [value]
    return list(value)


def _numbers(value: object) -> object | None:
    items = _items(value)
    for item in items:
        float(item)  # type: ignore[arg-type]
    return value if items else None


def _words(value: object, known: frozenset[str]) -> object | None:
    words = [str(item) for item in _items(value)]
    kept = [word for word in words if word in known]
    return (kept if len(kept) > 1 else kept[0]) if kept else None


def _state_method(clean: Dataset) -> None:
    """PS3.15 E.1.1: the object itself says that and how it was de-identified."""
    code, scheme, meaning = profile.CODE
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, scheme, meaning
    clean.PatientIdentityRemoved = "YES"
    clean.DeidentificationMethod = profile.METHOD
    clean.DeidentificationMethodCodeSequence = Sequence([item])
    clean.LongitudinalTemporalInformationModified = "REMOVED"


def _file(clean: Dataset, syntax: UID) -> bytes:
    """A whole file; its preamble is zero, whatever the sender's may have hidden."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = clean.SOPClassUID
    meta.MediaStorageSOPInstanceUID = clean.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    clean.file_meta = meta
    out = io.BytesIO()
    clean.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _pixels(dataset: Dataset, syntax: UID) -> tuple[bytes, list[str]]:
    """The pixel element: exactly one frame, no comment in its stream, no overlay in unused bits."""
    if syntax.is_encapsulated:
        frame = next(_frames(dataset))
        stripped = _strip_stream(frame)
        return encapsulate([stripped.data]), stripped.removed
    return _native(dataset, syntax)


def _frames(dataset: Dataset) -> Iterator[bytes]:
    try:
        yield from generate_frames(dataset.PixelData, number_of_frames=1)
    except (ValueError, StopIteration, struct.error) as error:
        raise IntakeError("truncated") from error


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
