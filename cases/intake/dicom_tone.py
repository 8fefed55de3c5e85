"""Stored DICOM values -> the grey values that people and the model see (PS3.3 C.11.1, C.11.2).

A radiograph has at most 65,536 different values, so modality LUT, window and inversion are
computed once per value, not once per pixel: exact, and bounded in memory.
"""

import numpy as np
from pydicom import Dataset
from pydicom.multival import MultiValue

from cases.intake.picture import percentile_bounds


def grey_table(dataset: Dataset, domain: np.ndarray, counts: np.ndarray, swap: bool) -> np.ndarray:
    """uint8, one entry per stored value of `domain` (ascending integers), low = black.

    First VOI LUT, else first window, else the outer percentiles of `counts` (pixels per value);
    8-bit values without any stay as they are. Photometric inversion is the caller's.
    """
    shown = modality(dataset, domain, swap)
    voi = _voi_lut(dataset, shown, swap)
    if voi is None:
        voi = _window(dataset, shown)
    if voi is None:
        voi = _full_range(shown) if domain.size <= 256 else by_percentiles(shown, counts)
    return np.asarray(np.rint(np.clip(voi, 0, 1) * 255).astype(np.uint8))


def by_percentiles(shown: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """0..1 between the outer percentiles of the values that occur."""
    low, high = percentile_bounds(counts)
    ends = sorted((float(shown[low]), float(shown[high])))
    return np.asarray((shown - ends[0]) / max(ends[1] - ends[0], 1e-9))


def modality(dataset: Dataset, domain: np.ndarray, swap: bool) -> np.ndarray:
    """Modality LUT or rescale; values nobody describes stay as they are."""
    if items := dataset.get("ModalityLUTSequence"):
        return _lookup(items[0], domain, swap)[0].astype(np.float64)
    slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
    if slope is None or intercept is None or float(slope) == 0:
        return domain.astype(np.float64)
    return np.asarray(domain * float(slope) + float(intercept))


def _full_range(shown: np.ndarray) -> np.ndarray:
    return np.asarray((shown - shown.min()) / max(float(shown.max() - shown.min()), 1e-9))


def _voi_lut(dataset: Dataset, shown: np.ndarray, swap: bool) -> np.ndarray | None:
    items = dataset.get("VOILUTSequence")
    if not items:
        return None
    values, bits = _lookup(items[0], shown, swap)
    return values / float((1 << bits) - 1)


def _lookup(item: Dataset, values: np.ndarray, swap: bool) -> tuple[np.ndarray, int]:
    """The entries of a LUT item for `values`, and their bits (PS3.3 C.11.1.1, C.11.2.1.1)."""
    number, first, bits = (int(part) for part in item.LUTDescriptor)
    number = number or 1 << 16
    if first > 32767 and values.min() < 0:
        first -= 1 << 16
    raw = item.LUTData
    if isinstance(raw, bytes):
        kind = "u1" if len(raw) < 2 * number else (">u2" if swap else "<u2")
        table = np.frombuffer(raw, dtype=kind)
    else:
        table = np.atleast_1d(np.asarray(raw, dtype=np.int64)) & 0xFFFF
    at = np.clip(values - first, 0, min(number, table.size) - 1)
    return table[at.astype(np.int64)].astype(np.int64), min(max(bits, 8), 16)


def _window(dataset: Dataset, shown: np.ndarray) -> np.ndarray | None:
    """0..1 by the first window: LINEAR, LINEAR_EXACT or SIGMOID (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    center, width = _first(dataset, "WindowCenter"), _first(dataset, "WindowWidth")
    if center is None or width is None or width <= 0:
        return None
    function = str(dataset.get("VOILUTFunction") or "LINEAR")
    if function == "SIGMOID":
        power = np.clip(-4 * (shown - center) / width, -700, 700)
        return np.asarray(1 / (1 + np.exp(power)))
    if function == "LINEAR_EXACT":
        return np.asarray((shown - center) / width + 0.5)
    if width <= 1:
        return np.asarray((shown > center - 0.5).astype(np.float64))
    return np.asarray((shown - (center - 0.5)) / (width - 1) + 0.5)


def _first(dataset: Dataset, keyword: str) -> float | None:
    """The first of several windows is the one to show first."""
    value = dataset.get(keyword)
    if isinstance(value, (MultiValue, list)):
        value = value[0] if len(value) else None
    return None if value in (None, "") else float(value)
