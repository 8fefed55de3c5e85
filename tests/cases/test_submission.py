"""A case comes in whole, or not at all."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Organization, User
from cases import external_ids
from cases.intake.verify import verify
from cases.models import Analysis, Case, CaseEvent, ExternalIdentifier, ModelVersion
from cases.services import corrections, reception
from cases.services.submission import SubmissionRefused, add_radiographs, submit_case
from cases.vocabulary import AnalysisStatus, CaseStatus, Priority
from fracture_platform.storage import PrivateFileSystemStorage
from tests.cases.files import ankle, upload
from tests.cases.submitting import stored_files, submit
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("storage")


def kinds(case: Case) -> list[str]:
    return list(case.events.values_list("kind", flat=True))


def test_a_case_is_stored_queued_and_recorded(
    storage: PrivateFileSystemStorage,
    owner: User,
    hospital: Organization,
    model_version: ModelVersion,
) -> None:
    case = submit(owner, upload(1), upload(2), priority=Priority.URGENT, views=["lateral"])
    assert case.submitting_organization == owner.organization
    assert case.reading_organization == hospital
    assert case.status == CaseStatus.QUEUED
    first, second = case.radiographs.all()
    assert (first.position, first.view) == (0, "lateral")
    assert (second.position, second.view) == (1, "")
    assert {(a.lane, a.status) for a in Analysis.objects.all()} == {("urgent", "queued")}
    assert kinds(case) == ["received", "queued", "queued"]
    for file in (first.original, first.canonical):
        assert str(file.name).startswith(f"radiographs/{first.pk}/")
        assert storage.size(str(file.name)) > 0


def test_one_bad_file_refuses_all_with_a_reason_for_each(
    storage: PrivateFileSystemStorage, owner: User, model_version: ModelVersion
) -> None:
    files = [
        upload(3),
        SimpleUploadedFile("notes.txt", b"not a radiograph at all"),
        SimpleUploadedFile("nothing.png", b""),
    ]
    with pytest.raises(SubmissionRefused) as caught:
        submit(owner, *files)
    told = [(one.number, one.name, one.code) for one in caught.value.refusals]
    assert told == [(2, "notes.txt", "not_an_image"), (3, "nothing.png", "empty_file")]
    assert all(one.message.endswith(".") for one in caught.value.refusals)
    assert not Case.objects.exists()
    assert stored_files(storage) == []


@pytest.mark.parametrize(("count", "code"), [(0, "empty_file"), (3, "too_many_files")])
def test_the_number_of_files_is_bounded(owner: User, settings: Any, count: int, code: str) -> None:
    settings.INTAKE_MAX_FILES = 2
    with pytest.raises(SubmissionRefused) as caught:
        submit_case(
            submitted_by=owner, files=[upload(n) for n in range(count)], patient_reference="P"
        )
    assert [(one.number, one.code) for one in caught.value.refusals] == [(0, code)]


def test_without_a_model_a_case_is_taken_and_waits(
    storage: PrivateFileSystemStorage, owner: User
) -> None:
    case = submit(owner, upload(1), upload(2))
    assert case.status == CaseStatus.QUEUED
    assert not Analysis.objects.exists()
    assert kinds(case) == ["received"]
    assert stored_files(storage)


@pytest.mark.parametrize(
    "details",
    [
        {"patient_reference": ""},
        {"patient_reference": "x" * 65},
        {"body_region": "tail"},
        {"age_years": -1},
        {"priority": "whenever"},
    ],
)
def test_details_that_no_field_takes_are_refused(
    storage: PrivateFileSystemStorage,
    owner: User,
    model_version: ModelVersion,
    details: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError):
        submit(owner, **details)
    assert not Case.objects.exists()
    assert stored_files(storage) == []


def test_only_sensible_readers_may_be_chosen(
    owner: User, hospital: Organization, elsewhere: Organization, model_version: ModelVersion
) -> None:
    own = owner.organization
    assert own is not None
    assert submit(owner, reading_organization=own).reading_organization == own
    with pytest.raises(PermissionDenied):
        submit(owner, reading_organization=elsewhere)


def test_who_has_no_organization_or_a_closed_one_submits_nothing(
    operator: User, owner: User
) -> None:
    with pytest.raises(PermissionDenied):
        submit(operator)
    assert owner.organization is not None
    owner.organization.is_active = False
    with pytest.raises(PermissionDenied):
        submit(owner)


def test_a_dicom_file_fills_in_what_was_left_blank_and_brings_sealed_ids(
    owner: User, model_version: ModelVersion
) -> None:
    case = submit(owner, ankle(), sex="other", external_ids={"accession": " ACC-77 "})
    radiograph = case.radiographs.get()
    assert radiograph.format == "dicom"
    assert radiograph.deep.name
    assert case.sex == "other"  # what the sender said stands
    received = case.events.get(kind=CaseEvent.Kind.RECEIVED)
    for name in received.detail["from_dicom"]:
        assert getattr(case, name) not in ("", None)
    accession = case.external_identifiers.get(kind="accession", radiograph=None)
    assert owner.organization_id is not None
    sealed = accession.encrypted_value
    assert "ACC-77" not in sealed
    assert external_ids.decrypt(sealed, organization_id=owner.organization_id) == "ACC-77"
    given = set(radiograph.external_identifiers.values_list("kind", flat=True))
    assert {"study_uid", "sop_uid"} <= given


def test_a_file_seen_before_is_kept_and_linked_within_the_organization(
    owner: User, reader: User, model_version: ModelVersion
) -> None:
    first = submit(owner, upload(6)).radiographs.get()
    again = submit(owner, upload(6), upload(6))
    assert [r.same_file_as for r in again.radiographs.all()] == [first, first]
    assert submit(reader, upload(6)).radiographs.get().same_file_as is None


def test_a_colour_photograph_is_kept_but_not_asked_about(owner: User, tmp_path: Path) -> None:
    import io

    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    photo = rng.integers(0, 255, (80, 90, 3), dtype=np.uint8)
    Image.fromarray(photo).save(buffer, "PNG")
    case = submit(owner, SimpleUploadedFile("photo.png", buffer.getvalue()))  # no model needed
    assert case.radiographs.get().not_assessable == "colour_photograph"
    assert not Analysis.objects.exists()
    assert case.status == CaseStatus.FINISHED


def test_radiographs_are_added_after_the_others(
    owner: User, reader: User, model_version: ModelVersion
) -> None:
    case = submit(owner)
    rows = add_radiographs(case=case, added_by=reader, files=[upload(7)], views=["oblique"])
    assert [(one.position, one.view) for one in rows] == [(1, "oblique")]
    assert kinds(case)[-2:] == ["queued", "radiograph_added"]
    assert Analysis.objects.filter(status=AnalysisStatus.QUEUED).count() == 2


def test_nothing_is_added_by_strangers_or_to_a_withdrawn_case(
    storage: PrivateFileSystemStorage, owner: User, stranger: User, model_version: ModelVersion
) -> None:
    case = submit(owner)
    before = stored_files(storage)
    with pytest.raises(PermissionDenied):
        add_radiographs(case=case, added_by=stranger, files=[upload(8)])
    corrections.withdraw_case(case=case, actor=owner, reason="twice")
    with pytest.raises(PermissionDenied):
        add_radiographs(case=case, added_by=owner, files=[upload(8)])
    assert stored_files(storage) == before


def test_at_most_two_files_are_decoded_at_once(
    owner: User, model_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most = 0, 0
    lock = threading.Lock()
    real = verify

    def counted(*args: Any, **options: Any) -> Any:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            return real(*args, **options)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(reception, "verify", counted)
    submit(owner, *(upload(n) for n in range(20, 24)))
    assert most == 2


def test_identifiers_belong_to_who_sent_them(
    owner: User, reader: User, model_version: ModelVersion
) -> None:
    case = submit(owner)
    add_radiographs(case=case, added_by=reader, files=[ankle()])
    organizations = set(ExternalIdentifier.objects.values_list("organization", flat=True))
    assert organizations == {reader.organization_id}


def test_a_partner_role_submits_as_any_other(
    sender: Organization, model_version: ModelVersion
) -> None:
    for role in User.Role:
        assert submit(UserFactory(organization=sender, role=role)).pk
