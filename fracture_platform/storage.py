"""Private storage: files are read by the application after a permission check, never by address."""

import errno
import os
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage, Storage


def _refuse() -> NoReturn:
    raise SuspiciousOperation("Files of this storage have no address; serve them through a view.")


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        # Some network file systems sync no folders; a file that cannot be synced is not stored.
        if not (path.is_dir() and error.errno in {errno.EINVAL, errno.ENOTSUP}):
            raise
    finally:
        os.close(number)


class PrivateFileSystemStorage(FileSystemStorage):
    """Files on this machine, readable by the service's own user only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

    def _save(self, name: str, content: Any) -> str:
        """Only once the bytes, and the folders that lead to them, are on the disk may a row name
        the file: a database that survives a power cut must not know of one that did not."""
        saved: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        path, top = Path(self.path(saved)), Path(self.location)
        for each in (path, *path.parents):
            _sync(each)
            if each == top:
                break
        return saved

    def url(self, name: str | None) -> str:
        _refuse()


class NoPublicStorage(Storage):
    """The default storage: refuses everything, so that no file lands where nobody checks."""

    def _open(self, name: str, mode: str = "rb") -> NoReturn:
        _refuse()

    def _save(self, name: str, content: Any) -> NoReturn:
        _refuse()


try:
    from storages.backends.s3 import S3Storage
except ImportError:  # boto3 is installed with the base requirements; a slimmer image may leave it
    pass
else:

    class PrivateS3Storage(S3Storage):  # type: ignore[misc]  # django-storages has no types
        """Files in an S3-like bucket; no signed addresses are handed out."""

        def url(self, *args: Any, **kwargs: Any) -> str:
            _refuse()
