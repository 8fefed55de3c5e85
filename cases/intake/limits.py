"""How much one upload, one file and one decoding may cost."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of intake.

    Sixty million pixels is three times the largest flat-panel detector in use (about 4300 x 4300).
    """

    max_bytes: int = 64 * MIB
    """Bytes of one file."""
    max_pixels: int = 60_000_000
    """Width times height, read from the header before anything is decoded."""
    min_side: int = 64
    """Pixels of the shorter side."""
    seconds: int = 30
    """Wall clock and CPU time of the decoding child."""
    memory_bytes: int = 2048 * MIB
    """Address space of the decoding child."""
    max_files: int = 20
    """Files in one request."""
    max_request_bytes: int = 512 * MIB
    """Bytes of all files of one request together."""
