"""A DICOM radiograph without what identifies: a new data set, filled from the allow-list."""

import io
import re
import struct

from pydicom import Dataset
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID, generate_uid

from cases.intake import dicom_profile as profile
from cases.intake.dicom_stream import clean_pixels

_PRINTABLE = re.compile(r"[^\x20-\x7e]")
_MAKER_LENGTH = 64


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
    clean.PixelData, pixel_notes = clean_pixels(dataset, syntax)
    clean["PixelData"].VR = "OB" if syntax.is_encapsulated or dataset.BitsAllocated == 8 else "OW"
    if syntax.is_encapsulated:
        clean["PixelData"].is_undefined_length = True
    meta = getattr(dataset, "file_meta", None) or FileMetaDataset()
    removed += [keyword_for_tag(tag) for tag in _tags(meta) if tag.element >= 0x16]
    return _file(clean, syntax), sorted(set(removed + pixel_notes) - {""})


def _kept(dataset: Dataset, removed: list[str]) -> Dataset:
    """A new data set with what may stay; the names of the rest are appended to `removed`."""
    clean = Dataset()
    handled = {*profile.EMPTIED, *profile.RENEWED, "SOPClassUID", "PixelData"}
    for tag in _tags(dataset):
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


def _tags(dataset: Dataset) -> list[BaseTag]:
    """Iterating a data set yields elements, and decodes each; its keys are tags."""
    return list(dataset.keys())


def _name(tag: BaseTag) -> str:
    if tag.is_private:
        return "PrivateElements"
    return keyword_for_tag(tag) or f"({tag.group:04x},{tag.element:04x})"


def _allowed(dataset: Dataset, keyword: str, removed: list[str]) -> object | None:
    """The value that may stay, or None. Nothing that the lists do not name is even decoded."""
    try:
        if keyword in profile.SEQUENCES:
            return Sequence([_kept(item, removed) for item in dataset[keyword].value])
        return _allowed_value(dataset, keyword)
    except (ValueError, TypeError, AttributeError, NotImplementedError, struct.error):
        return None


def _allowed_value(dataset: Dataset, keyword: str) -> object | None:
    if keyword in profile.NUMBERS:
        return _numbers(dataset[keyword].value)
    if keyword in profile.WORDS:
        return _words(dataset[keyword].value, profile.WORDS[keyword])
    if keyword in profile.BYTES:
        return dataset[keyword].value
    if keyword in profile.MAKER:
        return _PRINTABLE.sub("", str(dataset[keyword].value))[:_MAKER_LENGTH]
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
