"""A submission, and what it left on the disk."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from cases.models import Case
from cases.services.submission import submit_case
from fracture_platform.storage import PrivateFileSystemStorage
from tests.cases.files import upload


def stored_files(storage: PrivateFileSystemStorage) -> list[Path]:
    """Files of radiographs, and their folders."""
    return sorted(Path(storage.location).glob("radiographs/**/*"))


def submit(who: User, *files: SimpleUploadedFile, **details: Any) -> Case:
    details.setdefault("patient_reference", "P-1")
    return submit_case(submitted_by=who, files=files or [upload()], **details)
