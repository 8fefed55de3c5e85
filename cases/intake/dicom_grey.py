"""Decoded DICOM samples -> a grey picture: sign, unused bits, padding, inversion."""

import numpy as np
from pydicom import Dataset

from cases.intake.dicom_tone import by_percentiles, grey_table, modality
from cases.intake.errors import IntakeError
from cases.intake.picture import Picture, histogram


def grey_picture(dataset: Dataset, samples: np.ndarray, *, swap: bool) -> Picture:
    """Stored values by the first VOI LUT or window; MONOCHROME1 is turned: bone is bright."""
    bits = int(dataset.BitsStored)
    signed, inverted = bool(dataset.PixelRepresentation), _inverted(dataset)
    low = -(1 << (bits - 1)) if signed else 0
    domain = np.arange(low, low + (1 << bits), dtype=np.int64)
    index = _index(dataset, samples, bits, signed)
    padding = _padding(dataset, domain)
    counts = np.where(padding, 0, histogram(index, domain.size))
    if not counts.any():
        raise IntakeError("blank_image")
    table = grey_table(dataset, domain, counts, swap)
    warnings = []
    if np.unique(table[counts > 0]).size == 1 < np.count_nonzero(counts):
        # A window that shows nothing of this image was not made for it.
        warnings.append("window_ignored")
        shown = by_percentiles(modality(dataset, domain, swap), counts)
        table = np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
    if inverted:
        table = 255 - table
    grey = np.where(padding, 0, table).astype(np.uint8)[index]
    picture = Picture(grey=grey, bits=bits, original=b"", original_suffix="", warnings=warnings)
    if bits > 8:
        values = np.arange(domain.size, dtype=np.uint16)
        values = np.where(padding, 0, values[::-1] if inverted else values).astype(np.uint16)
        picture.deep = values[index]
    return picture


def _inverted(dataset: Dataset) -> bool:
    return str(dataset.PhotometricInterpretation) == "MONOCHROME1"


def _index(dataset: Dataset, samples: np.ndarray, bits: int, signed: bool) -> np.ndarray:
    """The position of each sample in the range of stored values; unused bits do not count."""
    unsigned = samples.view(f"u{samples.dtype.itemsize}")
    shift = int(dataset.HighBit) + 1 - bits
    index = (unsigned >> shift) & ((1 << bits) - 1)
    return np.asarray(index ^ (1 << (bits - 1)) if signed else index)


def _padding(dataset: Dataset, domain: np.ndarray) -> np.ndarray:
    """True for stored values that mean "no image here" (PS3.3 C.7.5.1.1.2): they become black."""
    value = dataset.get("PixelPaddingValue")
    if not isinstance(value, int):
        return np.zeros(domain.size, dtype=bool)
    limit = dataset.get("PixelPaddingRangeLimit")
    ends = sorted((value, limit if isinstance(limit, int) else value))
    return np.asarray((domain >= ends[0]) & (domain <= ends[1]))
