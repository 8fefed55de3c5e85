"""Files that came in pieces, as tests want them."""

from pathlib import Path
from typing import Any

from accounts.models import User
from cases.models import Upload
from cases.services import resumable
from cases.services.resumable import append, begin
from fracture_platform.storage import PrivateFileSystemStorage
from tests.factories import phantom

SMALLEST = resumable.SMALLEST_PIECE_BYTES


def large(seed: int = 0) -> bytes:
    """A drawn radiograph of several pieces."""
    return phantom(480, 640, seed)


def kept(owner: User, data: bytes, *, until: int | None = None, **more: Any) -> Upload:
    """An upload of `data`, in pieces of the smallest size, up to byte `until`."""
    upload = begin(owner=owner, length=len(data), name="wrist.png", **more)
    end = len(data) if until is None else until
    while upload.received < end:
        start = upload.received
        upload = append(upload=upload, start=start, data=data[start : start + SMALLEST])
    return upload


def objects(storage: PrivateFileSystemStorage) -> list[Path]:
    return [path for path in Path(storage.location).glob("uploads/*/*") if path.is_file()]
