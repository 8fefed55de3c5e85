"""Files come in pieces, are kept for their sender alone, and are forgotten."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from cases import tasks
from cases.intake.limits import Limits
from cases.models import Upload, UploadPiece
from cases.selectors.uploads import unsent_uploads
from cases.services import resumable
from cases.services.resumable import UploadRefused, append, begin
from fracture_platform.storage import PrivateFileSystemStorage
from tests.cases.services.pieces import SMALLEST, kept, large, objects
from tests.cases.services.test_concurrency import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(UploadRefused) as found:
        call()
    assert str(found.value).endswith(".")
    return found.value.code


def test_in_storage_a_piece_is_sealed_and_the_name_is_not_in_the_row(
    owner: User, storage: PrivateFileSystemStorage
) -> None:
    data = large()
    upload = kept(owner, data)
    files = objects(storage)
    assert len(files) == upload.pieces.count()
    assert not any(data[100:140] in path.read_bytes() for path in files)
    assert "wrist" not in Upload.objects.get().encrypted_name


def test_a_piece_at_the_wrong_place_changes_nothing(
    owner: User, storage: PrivateFileSystemStorage
) -> None:
    data = large()
    upload = kept(owner, data, until=SMALLEST)
    stale = Upload.objects.get(pk=upload.pk)
    append(upload=upload, start=SMALLEST, data=data[SMALLEST : 2 * SMALLEST])
    before = len(objects(storage))
    for start in (0, SMALLEST, 3 * SMALLEST):
        piece = data[start : start + SMALLEST]
        current = Upload.objects.get(pk=upload.pk)
        assert refused(partial(append, upload=current, start=start, data=piece)) == "wrong_offset"
    late = partial(append, upload=stale, start=SMALLEST, data=data[SMALLEST : 2 * SMALLEST])
    assert refused(late) == "wrong_offset"
    assert len(objects(storage)) == before == 2


def test_pieces_of_a_wrong_size(owner: User) -> None:
    upload = begin(owner=owner, length=10 * 1024 * 1024, name="")
    for size, code in (
        (0, "piece_too_small"),
        (SMALLEST - 1, "piece_too_small"),
        (resumable.PIECE_BYTES + 1, "piece_too_large"),
    ):
        assert refused(partial(append, upload=upload, start=0, data=bytes(size))) == code
    small = begin(owner=owner, length=5, name="")
    assert refused(partial(append, upload=small, start=0, data=bytes(6))) == "piece_too_large"
    done = append(upload=small, start=0, data=bytes(5))
    assert refused(partial(append, upload=done, start=5, data=b"x")) == "piece_too_large"
    assert refused(partial(append, upload=done, start=0, data=bytes(5))) == "wrong_offset"


def test_a_piece_that_arrived_damaged_is_not_kept(
    owner: User, storage: PrivateFileSystemStorage
) -> None:
    upload = begin(owner=owner, length=4, name="")
    wrong = partial(append, upload=upload, start=0, data=b"bone", digest=sha256(b"gone").digest())
    assert refused(wrong) == "checksum_mismatch"
    assert objects(storage) == []
    append(upload=upload, start=0, data=b"bone", digest=sha256(b"bone").digest())
    assert Upload.objects.get().is_whole


def test_what_one_person_may_keep_is_bounded(
    owner: User, colleague: User, operator: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INTAKE_MAX_BYTES, settings.INTAKE_MAX_FILES = 1000, 2
    start = partial(begin, owner=owner, name="")
    assert refused(partial(start, length=0)) == "empty_file"
    assert refused(partial(start, length=1001)) == "too_many_bytes"
    for _ in range(4):
        start(length=1000)
    assert refused(partial(start, length=1)) == "too_much_kept"
    begin(owner=colleague, length=1, name="")
    Upload.objects.filter(owner=owner).first().delete()  # type: ignore[union-attr]
    monkeypatch.setattr(
        resumable, "configured_limits", lambda: Limits(max_files=99, max_request_bytes=3500)
    )
    assert refused(partial(start, length=501)) == "too_much_kept"
    start(length=500)
    with pytest.raises(PermissionDenied):
        begin(owner=operator, length=1, name="")


def test_after_a_day_it_is_forgotten(owner: User, storage: PrivateFileSystemStorage) -> None:
    old, young = kept(owner, large()), kept(owner, large(1))
    Upload.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert list(unsent_uploads(owner)) == [young]
    old.refresh_from_db()
    assert refused(partial(append, upload=old, start=0, data=b"x")) == "upload_expired"
    tasks.forget_uploads()
    assert Upload.objects.get() == young
    assert {path.parent.name for path in objects(storage)} == {str(young.pk)}
    assert young.expires_at - young.created_at == timedelta(hours=24)


def test_what_ran_out_takes_no_room_while_it_waits_to_be_tidied(owner: User, settings: Any) -> None:
    """Its owner neither sees nor removes it."""
    settings.INTAKE_MAX_FILES = 1
    for _ in range(2):
        begin(owner=owner, length=1, name="")
    assert refused(partial(begin, owner=owner, length=1, name="")) == "too_much_kept"
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert begin(owner=owner, length=1, name="").received == 0


def test_what_is_not_wanted_is_removed_at_once(
    owner: User, storage: PrivateFileSystemStorage
) -> None:
    resumable.forget(upload=kept(owner, large()))
    assert objects(storage) == []
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("several_connections")
class TestAtOnce:
    def test_the_same_piece_twice(self, owner: User, storage: PrivateFileSystemStorage) -> None:
        upload = begin(owner=owner, length=4, name="")

        def one(pk: UUID, data: bytes) -> str:
            try:
                append(upload=Upload.objects.get(pk=pk), start=0, data=data)
            except UploadRefused as error:
                return error.code
            return "kept"

        written = at_once(*(partial(one, upload.pk, data) for data in (b"bone", b"gone", b"done")))
        assert sorted(written) == ["kept", "wrong_offset", "wrong_offset"]
        assert (UploadPiece.objects.count(), len(objects(storage))) == (1, 1)

    def test_a_piece_comes_while_the_upload_is_removed(
        self, owner: User, storage: PrivateFileSystemStorage
    ) -> None:
        upload = begin(owner=owner, length=4, name="")

        def one() -> str:
            try:
                append(upload=Upload(pk=upload.pk, **told), start=0, data=b"bone")
            except UploadRefused as error:
                return error.code
            return "kept"

        told = {
            name: getattr(upload, name)
            for name in ("organization_id", "length", "received", "expires_at")
        }
        written, _removed = at_once(one, partial(resumable.forget, upload=upload))
        assert written in {"kept", "wrong_offset"}
        assert not Upload.objects.exists()
        assert objects(storage) == []

    def test_the_last_room_is_given_once(self, owner: User, settings: Any) -> None:
        settings.INTAKE_MAX_FILES = 1

        def one() -> bool:
            try:
                begin(owner=owner, length=1, name="")
            except UploadRefused:
                return False
            return True

        assert sum(at_once(one, one, one, one)) == 2
