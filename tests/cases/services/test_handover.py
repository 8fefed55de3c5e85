"""A file in pieces becomes a radiograph whole and once, or not at all."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from cases import tasks
from cases.models import Analysis, Case, ModelVersion, Radiograph, Upload, UploadPiece
from cases.selectors.uploads import unsent_uploads
from cases.services import handover
from cases.services.handover import AlreadySent
from cases.services.resumable import append, begin
from cases.services.submission import SubmissionRefused, add_radiographs, submit_case
from fracture_platform.storage import PrivateFileSystemStorage
from tests.cases.files import upload as file_of
from tests.cases.services.pieces import SMALLEST, kept, large, objects
from tests.cases.services.test_concurrency import at_once
from tests.factories import phantom

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


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


def test_only_what_has_become_that_case_is_said_to_be_sent(
    owner: User, model_version: ModelVersion
) -> None:
    """Rows that were read before another form took one of them: the other is in no case yet."""
    taken, free = kept(owner, large()), kept(owner, large(1))
    case = submit_case(
        submitted_by=owner, uploads=[Upload.objects.get(pk=taken.pk)], patient_reference="P"
    )
    with pytest.raises(SubmissionRefused) as refusal:
        submit_case(submitted_by=owner, uploads=[free, taken], patient_reference="P")
    assert [(r.number, r.code) for r in refusal.value.refusals] == [(2, "upload_gone")]
    assert (Case.objects.get(), Radiograph.objects.count()) == (case, 1)
    assert unsent_uploads(owner).get() == free


def test_an_upload_that_went_meanwhile_is_no_radiograph(
    owner: User, model_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = kept(owner, large())
    take = handover.take

    def late(**of: Any) -> None:
        Upload.objects.all().delete()
        take(**of)

    monkeypatch.setattr(handover, "take", late)
    with pytest.raises(SubmissionRefused) as found:
        submit_case(submitted_by=owner, uploads=[upload], patient_reference="P")
    assert [one.code for one in found.value.refusals] == ["upload_gone"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a/..", "../../etc/passwd", "a" * 300])
def test_no_name_keeps_a_file_from_its_case_or_leads_anywhere(
    owner: User, model_version: ModelVersion, storage: PrivateFileSystemStorage, name: str
) -> None:
    data = phantom()
    upload = append(upload=begin(owner=owner, length=len(data), name=name), start=0, data=data)
    (piece,) = objects(storage)
    assert piece.parent == Path(storage.location) / "uploads" / str(upload.pk)
    case = submit_case(submitted_by=owner, uploads=[upload], patient_reference="P")
    assert case.radiographs.get().sha256 == sha256(data).hexdigest()


def test_pieces_go_once_a_case_has_them_and_the_answer_stays(
    owner: User, model_version: ModelVersion, storage: PrivateFileSystemStorage
) -> None:
    upload = kept(owner, large())
    case = submit_case(submitted_by=owner, uploads=[upload], patient_reference="P")
    tasks.forget_uploads()
    assert objects(storage) == []
    assert not UploadPiece.objects.exists()
    assert Upload.objects.get(case=case) == upload


@pytest.mark.usefixtures("several_connections")
class TestAtOnce:
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

    def test_the_same_addition_twice(self, owner: User, model_version: ModelVersion) -> None:
        case = submit_case(submitted_by=owner, files=[file_of()], patient_reference="P")
        upload = kept(owner, large())

        def one() -> str:
            try:
                add_radiographs(case=case, added_by=owner, uploads=[upload])
            except AlreadySent as sent:
                return str(sent.case_id)
            return str(case.pk)

        assert at_once(one, one) == [str(case.pk)] * 2
        assert Radiograph.objects.count() == 2
