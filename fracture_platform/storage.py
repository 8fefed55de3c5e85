"""Private storage: files are read by the application after a permission check, never by address."""

from typing import Any, NoReturn

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage, Storage


def _refuse() -> NoReturn:
    raise SuspiciousOperation("Files of this storage have no address; serve them through a view.")


class PrivateFileSystemStorage(FileSystemStorage):
    """Files on this machine, readable by the service's own user only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

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
