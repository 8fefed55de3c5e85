"""A case between two organizations, and where the files of a submission go in tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Organization
from cases.models import Case
from cases.services import handover, reception, resumable, stored
from fracture_platform.storage import PrivateFileSystemStorage
from tests.factories import CaseFactory


@pytest.fixture
def case(sender: Organization, hospital: Organization) -> Case:
    return CaseFactory(
        submitting_organization=sender,
        reading_organization=hospital,
        patient_reference="ISL-0417",
        status="finished",
        level="fracture",
    )


@pytest.fixture
def storage(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PrivateFileSystemStorage]:
    """Folders of the test's own; in that of incoming files nothing may stay."""
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = incoming
    private = PrivateFileSystemStorage(location=tmp_path / "storage")
    for module in (handover, reception, resumable, stored):
        monkeypatch.setattr(module, "private_storage", lambda: private)
    yield private
    assert list(incoming.iterdir()) == []
