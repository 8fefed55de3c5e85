"""What of a folder becomes a case."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from fracture_client.files import sha256_of

ENDINGS = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".dcm", ".dicom", ".dic"}
)
REFERENCE_DIGITS = 16


@dataclass(frozen=True)
class Unit:
    """Files that are sent as one case, by their names below `folder`."""

    folder: Path
    names: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.names]

    @cached_property
    def sums(self) -> tuple[str, ...]:
        """SHA-256 of each file. Raises OSError."""
        return tuple(sha256_of(path) for path in self.paths)

    @property
    def id(self) -> str:
        """Another one once a file was changed: that is another radiograph."""
        said = json.dumps([self.names, self.sums])
        return hashlib.sha256(said.encode()).hexdigest()

    def reference(self, kind: str) -> str:
        """The patient reference: of the bytes, or the name of the file or folder."""
        if kind == "name":
            first = Path(self.names[0])
            return first.stem if len(self.names) == 1 else first.parent.name or self.folder.name
        return hashlib.sha256("".join(self.sums).encode()).hexdigest()[:REFERENCE_DIGITS]


def units(folder: Path, *, per_folder: bool) -> list[Unit]:
    """In the order of their names. Raises ValueError where there is nothing to send."""
    if not folder.is_dir():
        raise ValueError(f"There is no folder {folder}.")
    found = sorted(path.relative_to(folder) for path in _radiographs(folder))
    if not found:
        raise ValueError(f"There is no radiograph in {folder}.")
    if not per_folder:
        return [Unit(folder, (str(path),)) for path in found]
    found.sort(key=lambda path: (path.parent, path.name))
    return [
        Unit(folder, tuple(str(path) for path in some))
        for _parent, some in groupby(found, key=lambda path: path.parent)
    ]


def _radiographs(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and (path.suffix.lower() in ENDINGS or _is_dicom(path)):
            yield path


def _is_dicom(path: Path) -> bool:
    """Files of scanners often have no ending, or a number for one."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False
