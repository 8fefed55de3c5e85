"""PNG and WebP without what identifies, chunk by chunk, not re-encoded."""

import struct
import zlib

from cases.intake.blocks import EXIF_MAGIC, Stripped, orientation_exif, read_orientation
from cases.intake.errors import IntakeError

_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"}
_PNG_KEPT |= {b"pHYs"}
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}  # codespell:ignore alph
_ANIMATED = {b"acTL", b"fcTL", b"fdAT", b"ANIM", b"ANMF"}
_NAMES = {
    b"eXIf": "EXIF",
    b"EXIF": "EXIF",
    b"XMP ": "XMP",
    b"iCCP": "ICC_profile",
    b"ICCP": "ICC_profile",
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"tIME": "time",
}
_WEBP_ALPHA, _WEBP_EXIF = 0x10, 0x08


def strip_png(data: bytes) -> Stripped:
    """The same coded image; text, time, EXIF, ICC and unknown chunks are left out."""
    result = Stripped(b"")
    parts = [_PNG_MAGIC]
    at, kind = len(_PNG_MAGIC), b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise IntakeError("truncated")
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        end = at + 12 + length
        if end > len(data):
            raise IntakeError("truncated")
        if _keep(kind, data[at + 8 : end - 4], _PNG_KEPT, result):
            parts.append(data[at:end])
        at = end
    if at < len(data):
        result.note("trailing_data")
    if result.orientation != 1:
        parts.insert(2, _png_exif(result.orientation))  # after the magic and IHDR
    result.data = b"".join(parts)
    return result


def _png_exif(orientation: int) -> bytes:
    body = b"eXIf" + orientation_exif(orientation).removeprefix(EXIF_MAGIC)
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def strip_webp(data: bytes) -> Stripped:
    """The same coded image; EXIF, XMP, ICC and unknown chunks are left out."""
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise IntakeError("truncated")
    result = Stripped(b"")
    parts: list[bytes] = []
    at, stop = 12, int.from_bytes(data[4:8], "little") + 8
    while at + 8 <= stop:
        kind = data[at : at + 4]
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length
        if end > stop:
            raise IntakeError("truncated")
        body = data[at + 8 : end]
        if _keep(kind, body, _WEBP_KEPT, result):
            parts.append(data[at : at + 8] + body + b"\0" * (length % 2))
        at = end + length % 2
    if stop < len(data):
        result.note("trailing_data")
    result.data = _webp(parts, result)
    return result


def _webp(parts: list[bytes], result: Stripped) -> bytes:
    """The chunks in their container, with the flags of the extended header put right."""
    if parts and parts[0].startswith(b"VP8X"):
        turned = result.orientation != 1
        flags = parts[0][8] & _WEBP_ALPHA | (_WEBP_EXIF if turned else 0)
        parts[0] = parts[0][:8] + bytes([flags]) + parts[0][9:]
        if turned:
            exif = orientation_exif(result.orientation).removeprefix(EXIF_MAGIC)
            parts.append(b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\0" * (len(exif) % 2))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _keep(kind: bytes, body: bytes, kept: set[bytes], result: Stripped) -> bool:
    """Whether decoding needs the chunk; a chunk left out is noted, an animation refused."""
    if kind in _ANIMATED:
        raise IntakeError("multi_frame")
    if kind in kept:
        return True
    if kind in {b"eXIf", b"EXIF"}:
        result.orientation = read_orientation(body)
    result.note(_NAMES.get(kind, "other_block"))
    return False
