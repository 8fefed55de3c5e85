"""What the three stripping modules (JPEG, PNG, WebP) hand over, and the EXIF orientation."""

from dataclasses import dataclass, field

from PIL import Image

ORIENTATION_TAG = 0x0112
EXIF_MAGIC = b"Exif\0\0"


@dataclass
class Stripped:
    """A raster file rebuilt from the blocks that decoding needs, and nothing else."""

    data: bytes
    removed: list[str] = field(default_factory=list)
    orientation: int = 1
    """1..8 as in EXIF; anything but 1 is kept in `data` as an EXIF block with this one entry."""
    complete: bool = True
    """False for a JPEG without its end marker."""
    progressive: bool = False
    """A JPEG in several scans: what an early scan lacks, a later one was to bring."""

    def note(self, name: str) -> None:
        """Remember that a block of this name was left out."""
        if name not in self.removed:
            self.removed.append(name)


def read_orientation(exif: bytes) -> int:
    """The orientation in an EXIF block (with or without its magic), 1 if there is none to trust."""
    parsed = Image.Exif()
    try:
        parsed.load(exif)
        value = parsed.get(ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - EXIF of strangers breaks Pillow's parser in many ways
        return 1
    return value if value in range(1, 9) else 1


def orientation_exif(orientation: int) -> bytes:
    """An EXIF block (with magic) that says nothing but the orientation."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    data = exif.tobytes()
    return data if data.startswith(EXIF_MAGIC) else EXIF_MAGIC + data
