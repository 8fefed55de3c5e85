"""What private storage has said it saved is on the disk, and readable by the service alone."""

import errno
import os
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import TemporaryUploadedFile

from fracture_platform.storage import PrivateFileSystemStorage

NAME = "radiographs/1/canonical.png"


@pytest.fixture
def storage(tmp_path: Path) -> PrivateFileSystemStorage:
    return PrivateFileSystemStorage(location=tmp_path / "storage")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, int]]:
    """What was flushed to the disk, and how large it was then."""
    seen: list[tuple[Path, int]] = []
    sync = os.fsync

    def watched(number: int) -> None:
        seen.append((Path(f"/proc/self/fd/{number}").readlink(), os.fstat(number).st_size))
        sync(number)

    monkeypatch.setattr(os, "fsync", watched)
    return seen


def moved() -> TemporaryUploadedFile:
    file = TemporaryUploadedFile("upload", "image/png", 5, None)
    file.write(b"bytes")
    file.flush()
    return file


@pytest.mark.parametrize("kind", ["written", "moved"])
def test_the_bytes_and_the_folders_that_lead_to_them(
    storage: PrivateFileSystemStorage, synced: list[tuple[Path, int]], kind: str
) -> None:
    """A heatmap is written from memory, a radiograph is moved to where it stays."""
    content = ContentFile(b"bytes") if kind == "written" else moved()
    path = Path(storage.path(storage.save(NAME, content)))
    content.close()
    assert path.read_bytes() == b"bytes"
    assert (path, 5) in synced
    flushed = [each for each, _ in synced]
    assert flushed[-3:] == [path.parent, path.parent.parent, Path(storage.location)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("number", "refused", "saved"),
    [
        (errno.EINVAL, "folders", True),
        (errno.EIO, "folders", False),
        (errno.EINVAL, "the file", False),
    ],
)
def test_where_the_disk_refuses(
    storage: PrivateFileSystemStorage,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    refused: str,
    saved: bool,
) -> None:
    def refusing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == (refused == "folders"):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refusing)
    if saved:
        assert storage.save(NAME, ContentFile(b"bytes")) == NAME
    else:
        with pytest.raises(OSError, match=os.strerror(number)):
            storage.save(NAME, ContentFile(b"bytes"))
