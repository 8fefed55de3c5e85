"""Files as a browser sends them."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from pydicom.data import get_testdata_file

from tests.factories import phantom


def upload(seed: int = 0, name: str = "wrist.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, phantom(seed=seed))


def ankle() -> SimpleUploadedFile:
    """A real DICOM radiograph that carries identifiers."""
    path = Path(str(get_testdata_file("RG3_UNCR.dcm", download=False)))
    return SimpleUploadedFile("ankle.dcm", path.read_bytes())
