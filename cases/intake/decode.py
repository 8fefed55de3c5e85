"""The whole of intake for one file, in this process. Runs in the guarded child; see `verify`."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from cases.intake.errors import IntakeError
from cases.intake.limits import Limits
from cases.intake.picture import Picture
from cases.intake.result import VerifiedRadiograph
from cases.intake.sniff import sniff

_PNG_LEVEL = 3


def decode(source: Path, into: Path, *, limits: Limits) -> VerifiedRadiograph:
    """Read `source`, write original, canonical and deep image into the folder `into`.

    Raises IntakeError for anything that is not taken. Whatever else a decoder raises over a file
    of strangers becomes `damaged`; a MemoryError is left to the caller.
    """
    data = source.read_bytes()
    if not data:
        raise IntakeError("empty_file")
    kind = sniff(data)
    if not kind:
        raise IntakeError("not_an_image")
    try:
        picture = _decoded(data, kind, limits)
    except (IntakeError, MemoryError):
        raise
    except Exception as error:
        raise IntakeError("damaged") from error
    if picture.grey.min() == picture.grey.max():
        raise IntakeError("blank_image")
    return _written(picture, into, kind, data)


def _decoded(data: bytes, kind: str, limits: Limits) -> Picture:
    if kind == "dicom":
        # pydicom costs a quarter of a second to import: only a DICOM file pays for it.
        from cases.intake.dicom import decode_dicom

        return decode_dicom(data, limits)
    from cases.intake.raster import decode_raster

    return decode_raster(data, kind, limits)


def _written(picture: Picture, into: Path, kind: str, data: bytes) -> VerifiedRadiograph:
    original = into / f"original{picture.original_suffix}"
    original.write_bytes(picture.original)
    canonical = into / "canonical.png"
    _save(picture.grey, canonical)
    deep = None
    if picture.deep is not None:
        deep = into / "deep.png"
        _save(picture.deep, deep)
    height, width = picture.grey.shape
    return VerifiedRadiograph(
        sha256=hashlib.sha256(data).hexdigest(),
        received_bytes=len(data),
        format=kind,
        width=width,
        height=height,
        bits=picture.bits,
        original=original,
        original_suffix=picture.original_suffix,
        canonical=canonical,
        deep=deep,
        not_assessable=picture.not_assessable,
        warnings=picture.warnings,
        removed=picture.removed,
        external_ids=picture.external_ids,
        hints=picture.hints,
        pixel_spacing_mm=picture.pixel_spacing_mm,
        pixel_spacing_kind=picture.pixel_spacing_kind,
    )


def _save(values: np.ndarray, path: Path) -> None:
    Image.fromarray(np.ascontiguousarray(values)).save(path, "PNG", compress_level=_PNG_LEVEL)
