"""Files as a browser sends them, and a look at what private storage holds."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from pydicom.data import get_testdata_file

from cases.models.radiograph import private_storage
from tests.factories import phantom


def upload(seed: int = 0, name: str = "wrist.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, phantom(seed=seed))


def ankle() -> SimpleUploadedFile:
    """A real DICOM radiograph that carries identifiers."""
    path = Path(str(get_testdata_file("RG3_UNCR.dcm", download=False)))
    return SimpleUploadedFile("ankle.dcm", path.read_bytes())


def stored_files() -> set[str]:
    """Names of all radiograph files in private storage."""
    storage = private_storage()
    if not storage.exists("radiographs"):
        return set()
    return {
        f"{folder}/{name}"
        for folder in storage.listdir("radiographs")[0]
        for name in storage.listdir(f"radiographs/{folder}")[1]
    }
