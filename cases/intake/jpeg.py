"""JPEG without what identifies, not re-encoded; and how much of a cut-off one is missing."""

import io
import re
import struct

import numpy as np
from PIL import Image

from cases.intake.blocks import EXIF_MAGIC, Stripped, orientation_exif, read_orientation

_START, _END, _SCAN, _COMMENT = b"\xff\xd8", b"\xff\xd9", 0xDA, 0xFE
_DECODING = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xF7, 0xF8} - {0xC8}
_FRAMES = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_ALONE = {0x01, *range(0xD0, 0xD9)}
# In entropy-coded data FF is followed by 00 (JPEG-LS: by anything below 80) or is a restart marker.
_AFTER_SCAN = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_APP_NAMES = (
    (EXIF_MAGIC, "EXIF"),
    (b"http://ns.adobe.com/", "XMP"),
    (b"ICC_PROFILE\0", "ICC_profile"),
    (b"Photoshop", "IPTC"),
    (b"MPF\0", "further_images"),
    (b"JFXX\0", "thumbnail"),
)
# Valid entropy-coded data in which no marker can appear: it holds no byte FF.
_FILLER = bytes((i * 73 + 41) % 255 for i in range(4096))


def strip_jpeg(data: bytes) -> Stripped:
    """The same coded image without EXIF, XMP, ICC, IPTC, comments, previews and trailing bytes.

    JFIF's APP0 (without its thumbnail) and Adobe's APP14 stay, decoding needs them. An end marker
    is added where it is missing, so that every viewer opens the result.
    """
    result = Stripped(b"", complete=False)
    parts: list[bytes] = []
    scans, at = 0, 2
    while not result.complete:
        at = data.find(b"\xff", at)
        while at >= 0 and data[at + 1 : at + 2] == b"\xff":
            at += 1
        marker = data[at + 1] if 0 <= at < len(data) - 1 else 0
        segment = _segment(data, at, marker)
        if marker == _END[1]:
            result.complete = True
        elif not segment:
            break
        at += len(segment) or 2
        parts.append(_kept(marker, segment, result))
        if marker == _SCAN:
            scans += 1
            found = _AFTER_SCAN.search(data, at)
            end = found.start() if found else len(data)
            parts.append(data[at:end].rstrip(b"\xff") if end == len(data) else data[at:end])
            at = end
        result.progressive |= marker in _PROGRESSIVE or scans > 1
    if result.complete and at < len(data):
        result.note("trailing_data")
    turned = orientation_exif(result.orientation) if result.orientation != 1 else b""
    extra = b"\xff\xe1" + struct.pack(">H", len(turned) + 2) + turned if turned else b""
    result.data = _START + extra + b"".join(parts) + _END
    return result


def coded_size(data: bytes) -> tuple[int, int] | None:
    """(rows, columns) by the frame header of any JPEG process or JPEG-LS; None without one."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF and data[at + 1] != _SCAN:
        if data[at + 1] in _FRAMES:
            rows, columns = struct.unpack(">HH", data[at + 5 : at + 9])
            return rows, columns
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _segment(data: bytes, at: int, marker: int) -> bytes:
    """The whole segment at `at`; a lone marker is two bytes; empty when the file ends before."""
    if at < 0 or marker == 0:
        return b""
    if marker in _ALONE or marker == _END[1]:
        return data[at : at + 2]
    if at + 4 > len(data):
        return b""
    (length,) = struct.unpack(">H", data[at + 2 : at + 4])
    end = at + 2 + length
    return data[at:end] if length >= 2 and end <= len(data) else b""


def _kept(marker: int, segment: bytes, result: Stripped) -> bytes:
    """What of a segment goes into the copy; what does not is noted."""
    body = segment[4:]
    if marker in _DECODING:
        return segment
    if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
        if len(body) > 14:
            result.note("thumbnail")
        return b"\xff\xe0\0\x10" + body[:12] + b"\0\0"
    if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
        return b"\xff\xee\0\x0e" + body[:12]
    if marker == 0xE1 and body.startswith(EXIF_MAGIC):
        result.orientation = read_orientation(body)
    if marker not in _ALONE and marker != _END[1]:
        result.note(_name(marker, body))
    return b""


def _name(marker: int, body: bytes) -> str:
    if marker == _COMMENT:
        return "comment"
    for magic, name in _APP_NAMES:
        if body.startswith(magic):
            return name
    return f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else f"segment_{marker:02x}"


def continued(stripped: Stripped) -> bytes:
    """The same stream with more entropy-coded data before its end marker.

    A decoder that has all the data it needs passes over it; one that lacks some decodes it. So
    where the two images differ, the data did not reach.
    """
    return stripped.data.removesuffix(_END) + _FILLER + _END


def missing_share(stripped: Stripped) -> float:
    """The share (0..1) of the image that the coded data does not reach.

    libjpeg fills what is missing and says nothing. So the data is decoded twice, once ended where
    it ends, once followed by other valid data: blocks after the cut differ, blocks before it
    cannot. At an eighth of the size one pixel is one 8x8 block, so this costs little. With several
    scans that comparison shows the last one only, and there the end marker decides: 0 or 1.
    """
    if stripped.progressive:
        return 0.0 if stripped.complete else 1.0
    ended, rows_per_unit = _blocks(stripped.data)
    differs = ended != _blocks(continued(stripped))[0]
    if differs.ndim == 3:
        differs = differs.any(axis=2)
    if not differs.any():
        return 0.0
    height, width = differs.shape
    row = int(np.flatnonzero(differs.any(axis=1))[0])
    rows = min(rows_per_unit, height - row)
    column = int(np.flatnonzero(differs[row : row + rows].any(axis=0))[0])
    return ((height - row) * width - rows * column) / (height * width)


def _blocks(data: bytes) -> tuple[np.ndarray, int]:
    """The image with one pixel per 8x8 block, and how many such rows are coded together."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
        layers = getattr(image, "layer", [])
        together = max(layer[2] for layer in layers) if len(layers) > 1 else 1
        return np.asarray(image), together
