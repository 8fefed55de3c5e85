"""The pixel element of a DICOM object -> an array, and how much of it the data does not reach."""

import numpy as np
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    UID,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
)

from cases.intake.dicom_stream import check_stream, first_frame
from cases.intake.errors import IntakeError
from cases.intake.jpeg import continued, strip_jpeg

# Their decoders paint what is missing and say nothing; those of the other syntaxes refuse.
_PAINTING = {JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1}
_DESCRIPTION = (
    "SamplesPerPixel PhotometricInterpretation PlanarConfiguration Rows Columns BitsAllocated "
    "BitsStored HighBit PixelRepresentation"
)


def decode_samples(dataset: Dataset, syntax: UID) -> tuple[np.ndarray, float]:
    """Samples in the machine's byte order, (rows, columns[, 3]), and the missing share, 0..1.

    Too few bytes without compression are `truncated`; a stream that no decoder reads raises what
    the decoder raises.
    """
    if not syntax.is_encapsulated:
        if len(dataset.PixelData) < _expected_bytes(dataset):
            raise IntakeError("truncated")
        return _decoded(dataset, syntax), 0.0
    frame = first_frame(dataset)
    check_stream(dataset, frame)
    if syntax not in _PAINTING:
        return _decoded(dataset, syntax), 0.0
    stripped = strip_jpeg(frame)
    samples = _decoded(_with_frame(dataset, stripped.data), syntax)
    if stripped.progressive:
        return samples, 0.0 if stripped.complete else 1.0
    try:
        other = _decoded(_with_frame(dataset, continued(stripped)), syntax)
    except MemoryError:
        raise
    except Exception as error:
        # Nobody reads past data that is complete: this decoder wanted more, and choked on it.
        raise IntakeError("truncated") from error
    return samples, _differing_share(samples, other)


def _differing_share(samples: np.ndarray, other: np.ndarray) -> float:
    """By rows: from the first that depends on what follows the data, everything is painted."""
    rows = (samples != other).reshape(samples.shape[0], -1).any(axis=1)
    return float(1 - rows.argmax() / rows.size) if rows.any() else 0.0


def _with_frame(dataset: Dataset, frame: bytes) -> Dataset:
    """The same image description over another stream."""
    probe = Dataset()
    for keyword in _DESCRIPTION.split():
        if keyword in dataset:
            probe[keyword] = dataset[keyword]
    probe.file_meta = dataset.file_meta
    probe.PixelData = encapsulate([frame])
    probe["PixelData"].is_undefined_length = True
    return probe


def _decoded(dataset: Dataset, syntax: UID) -> np.ndarray:
    if syntax == JPEGExtended12Bit and dataset.BitsStored > 8 and dataset.SamplesPerPixel == 1:
        from cases.intake.dicom_gdcm import decode_extended

        return decode_extended(dataset, first_frame(dataset))
    samples, _ = get_decoder(syntax).as_array(dataset, index=0)
    return np.asarray(samples.astype(samples.dtype.newbyteorder("="), copy=False))


def _expected_bytes(dataset: Dataset) -> int:
    per_pixel = dataset.SamplesPerPixel * dataset.BitsAllocated // 8
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        per_pixel = 2 * dataset.BitsAllocated // 8
    return int(dataset.Rows * dataset.Columns * per_pixel)
