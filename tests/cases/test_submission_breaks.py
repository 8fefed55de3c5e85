"""A submission breaks off: its files go, unless rows may name them."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from cases.models import Case, ModelVersion, Radiograph
from cases.services import analyses
from cases.services.submission import add_radiographs
from fracture_platform.storage import PrivateFileSystemStorage
from tests.cases.files import upload
from tests.cases.submitting import stored_files, submit


def test_an_error_at_the_very_end_leaves_no_file(
    storage: PrivateFileSystemStorage,
    owner: User,
    model_version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    def broken(**_: Any) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(analyses, "queue_analysis", broken)
    with pytest.raises(RuntimeError):
        submit(owner, upload(4), upload(5))
    assert not Case.objects.exists()
    assert not Radiograph.objects.exists()
    assert stored_files(storage) == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_after_the_commit_costs_no_file(
    storage: PrivateFileSystemStorage,
    owner: User,
    model_version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rows stand, though nobody was told: what they name has to be there."""
    commit = connection._commit  # type: ignore[attr-defined]

    def unheard() -> None:
        commit()
        raise OperationalError("server closed the connection unexpectedly")

    case = submit(owner)
    monkeypatch.setattr(connection, "_commit", unheard)
    with pytest.raises(OperationalError):
        submit(owner, upload(1))
    with pytest.raises(OperationalError):
        add_radiographs(case=case, added_by=owner, files=[upload(2)])
    assert Radiograph.objects.count() == 3
    for radiograph in Radiograph.objects.all():
        assert storage.exists(str(radiograph.original.name))
        assert storage.exists(str(radiograph.canonical.name))


def test_a_file_that_cannot_be_removed_does_not_hide_the_error(
    storage: PrivateFileSystemStorage,
    owner: User,
    model_version: ModelVersion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("the first error")

    def stuck(_: str) -> None:
        raise OSError("the disk is read-only")

    monkeypatch.setattr(analyses, "queue_analysis", broken)
    monkeypatch.setattr(storage, "delete", stuck)
    with pytest.raises(RuntimeError, match="the first error"):
        submit(owner)
