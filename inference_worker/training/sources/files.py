"""What a reader has to know of one image file, from a single look at its bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from inference_worker.training.decode import END_OF_JPEG, decode_bytes, is_truncated

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}
START_OF_JPEG = b"\xff\xd8"


@dataclass(frozen=True)
class Look:
    """Hash, upright size and completeness of one file."""

    sha256: str
    width: int
    height: int
    grey: bool
    """Stored with one channel."""
    tables: tuple[int, ...] = ()
    """First entry of each quantisation table of a JPEG: the trace of the program that wrote it."""
    truncated: bool = False
    too_short: bool = False

    @property
    def tags(self) -> frozenset[str]:
        return frozenset({"truncated"} if self.truncated else ())


def images_under(folder: Path) -> Iterator[Path]:
    """Every image file below `folder`, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
            yield path


def look(path: Path) -> Look:
    """Read a file once. One that is no image gets the size 0 x 0 and is `too_short`."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            if image.getexif().get(0x0112, 1) >= 5:
                width, height = height, width
            quantisation: dict[int, list[int]] = getattr(image, "quantization", {})
            tables = tuple(int(quantisation[key][0]) for key in sorted(quantisation))
            grey = len(image.getbands()) == 1
    except (OSError, SyntaxError, ValueError):
        return Look(digest, 0, 0, grey=False, too_short=True)
    if not data.startswith(START_OF_JPEG) or data.rstrip(b"\0").endswith(END_OF_JPEG):
        return Look(digest, width, height, grey, tables)
    return Look(digest, width, height, grey, tables, is_truncated(data), _too_short(data))


def _too_short(data: bytes) -> bool:
    try:
        decode_bytes(data)
    except (OSError, SyntaxError, ValueError):
        return True
    return False
