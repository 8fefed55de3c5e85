"""Where the files of a submission go in tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.services import handover, reception, resumable, stored
from fracture_platform.storage import PrivateFileSystemStorage


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
