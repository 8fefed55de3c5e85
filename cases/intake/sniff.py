"""What kind of file this is, by its first bytes. The name it came with is never asked."""

import struct

MAGIC_AT = 128
_RASTERS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
)
# A data set without preamble starts with group 0002 or 0008, and its first elements are few.
_FIRST_TAGS = {(2, 0), (2, 1), (2, 2), (8, 0), (8, 1), (8, 5), (8, 8), (8, 0x16), (8, 0x18)}
_FIRST_VRS = {b"UL", b"CS", b"UI", b"OB"}
_LONGEST_FIRST_VALUE = 256


def sniff(data: bytes) -> str:
    """`jpeg`, `png`, `webp`, `tiff`, `bmp`, `dicom`, or empty for anything else.

    DICM comes first: a preamble may be a TIFF header, and PS3.10 lets it be.
    """
    if data[MAGIC_AT : MAGIC_AT + 4] == b"DICM":
        return "dicom"
    for magic, name in _RASTERS:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and len(data) > 26:
        return "bmp"
    return "dicom" if _starts_like_a_data_set(data) else ""


def _starts_like_a_data_set(data: bytes) -> bool:
    """Whether a plausible first element and a radiology UID follow, without preamble and magic."""
    if len(data) < 132:
        return False
    for order in "<>":
        group, element = struct.unpack(order + "HH", data[:4])
        if (group, element) in _FIRST_TAGS and _plausible_length(data, order):
            return b"1.2.840.10008." in data[:1024]
    return False


def _plausible_length(data: bytes, order: str) -> bool:
    if data[4:6] in _FIRST_VRS:
        return True
    (length,) = struct.unpack(order + "I", data[4:8])
    return 0 <= length <= _LONGEST_FIRST_VALUE
