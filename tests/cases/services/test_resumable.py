"""A file in pieces becomes a radiograph whole and once, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from cases import tasks
from cases.intake.limits import Limits
from cases.models import Analysis, Case, ModelVersion, Radiograph, Upload, UploadPiece
from cases.selectors.uploads import unsent_uploads
from cases.services import resumable
from cases.services.handover import AlreadySent
from cases.services.resumable import UploadRefused, append, begin
from cases.services.submission import SubmissionRefused, add_radiographs, submit_case
from fracture_platform.storage import PrivateFileSystemStorage
from tests.cases.files import upload as file_of
from tests.cases.services.test_concurrency import at_once
from tests.factories import phantom

SMALLEST = resumable.SMALLEST_PIECE_BYTES
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


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


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(UploadRefused) as found:
        call()
    assert str(found.value).endswith(".")
    return found.value.code


def test_pieces_become_the_file_that_was_sent(
    owner: User, model_version: ModelVersion, storage: PrivateFileSystemStorage
) -> None:
    data = large()
    whole = kept(owner, data)
    assert whole.pieces.count() >= 3
    case = submit_case(
        submitted_by=owner, uploads=[whole], views=["lateral"], patient_reference="P"
    )
    radiograph = case.radiographs.get()
    assert radiograph.sha256 == sha256(data).hexdigest()
    assert (radiograph.view, radiograph.received_bytes) == ("lateral", len(data))
    assert Analysis.objects.filter(radiograph=radiograph).count() == 1


def test_in_storage_a_piece_is_sealed_and_the_name_is_not_in_the_row(
    owner: User, storage: PrivateFileSystemStorage
) -> None:
    data = large()
    upload = kept(owner, data)
    files = objects(storage)
    assert len(files) == upload.pieces.count()
    assert not any(data[100:140] in path.read_bytes() for path in files)
    assert "wrist" not in Upload.objects.get().encrypted_name


def test_a_photograph_is_kept_and_no_model_is_asked(
    owner: User, model_version: ModelVersion
) -> None:
    """Grey as a film may be: it is the sender's word that counts."""
    photo = kept(owner, large(1), is_photograph=True)
    case = submit_case(
        submitted_by=owner,
        uploads=[photo],
        files=[file_of(2), file_of(3)],
        photographs=[False, True],
        patient_reference="P",
    )
    reasons = [one.not_assessable for one in case.radiographs.all()]
    assert reasons == ["photograph", "", "photograph"]
    assert Analysis.objects.count() == 1


def test_what_has_not_arrived_whole_is_no_radiograph(
    owner: User, model_version: ModelVersion
) -> None:
    half = kept(owner, large(), until=SMALLEST)
    with pytest.raises(SubmissionRefused) as found:
        submit_case(
            submitted_by=owner, uploads=[kept(owner, large(1)), half], patient_reference="P"
        )
    assert [(one.number, one.code) for one in found.value.refusals] == [(2, "upload_incomplete")]
    assert not Case.objects.exists()
    assert unsent_uploads(owner).count() == 2


@pytest.mark.parametrize("harm", ["lost", "changed", "swapped"])
def test_what_was_damaged_where_it_lay_is_no_radiograph(
    owner: User, model_version: ModelVersion, storage: PrivateFileSystemStorage, harm: str
) -> None:
    upload = kept(owner, large())
    first, second = upload.pieces.all()[:2]
    if harm == "lost":
        storage.delete(first.name)
    elif harm == "changed":
        Path(storage.path(first.name)).write_bytes(b"something else")
    else:
        UploadPiece.objects.filter(pk=first.pk).update(name=second.name)
    with pytest.raises(SubmissionRefused) as found:
        submit_case(submitted_by=owner, uploads=[upload], patient_reference="P")
    assert [one.code for one in found.value.refusals] == ["upload_damaged"]
    assert not Radiograph.objects.exists()


def test_a_file_that_intake_refuses_is_refused_this_way_too(
    owner: User, model_version: ModelVersion
) -> None:
    notes = kept(owner, b"words, however many pieces they come in")
    with pytest.raises(SubmissionRefused) as found:
        submit_case(submitted_by=owner, uploads=[notes], patient_reference="P")
    assert [one.code for one in found.value.refusals] == ["not_an_image"]
    assert unsent_uploads(owner).get() == notes  # the others of the form are not sent again


def test_a_form_that_is_sent_again_makes_no_second_case(
    owner: User, model_version: ModelVersion
) -> None:
    upload = kept(owner, large())
    case = submit_case(submitted_by=owner, uploads=[upload], patient_reference="P")
    assert not unsent_uploads(owner).exists()
    again = Upload.objects.get(pk=upload.pk)
    for stale in (again, upload):  # one that was read before the first form was through
        with pytest.raises(AlreadySent) as found:
            submit_case(submitted_by=owner, uploads=[stale], patient_reference="P")
        assert found.value.case_id == case.pk
    with pytest.raises(SubmissionRefused) as refusal:
        add_radiographs(case=case, added_by=owner, uploads=[again, kept(owner, large(1))])
    assert [(r.number, r.code) for r in refusal.value.refusals] == [(1, "upload_gone")]
    assert (Case.objects.count(), Radiograph.objects.count()) == (1, 1)


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


def test_pieces_go_once_a_case_has_them_and_the_answer_stays(
    owner: User, model_version: ModelVersion, storage: PrivateFileSystemStorage
) -> None:
    upload = kept(owner, large())
    case = submit_case(submitted_by=owner, uploads=[upload], patient_reference="P")
    tasks.forget_uploads()
    assert objects(storage) == []
    assert not UploadPiece.objects.exists()
    assert Upload.objects.get(case=case) == upload


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

    def test_the_same_form_twice(self, owner: User, model_version: ModelVersion) -> None:
        upload = kept(owner, large())

        def one() -> str:
            try:
                return str(
                    submit_case(submitted_by=owner, uploads=[upload], patient_reference="P").pk
                )
            except AlreadySent as sent:
                return str(sent.case_id)

        first, second = at_once(one, one)
        assert first == second
        assert (Case.objects.count(), Radiograph.objects.count()) == (1, 1)

    def test_the_last_room_is_given_once(self, owner: User, settings: Any) -> None:
        settings.INTAKE_MAX_FILES = 1

        def one() -> bool:
            try:
                begin(owner=owner, length=1, name="")
            except UploadRefused:
                return False
            return True

        assert sum(at_once(one, one, one, one)) == 2
