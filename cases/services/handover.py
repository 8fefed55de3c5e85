"""From uploads that came in pieces to the files of a case, once."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
from pathlib import PurePath
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.translation import gettext as _

from cases import external_ids
from cases.models import Case, Upload
from cases.models.radiograph import private_storage
from cases.services.reception import FileRefusal, SubmissionRefused
from cases.services.resumable import SEAL


class AlreadySent(Exception):
    """These files have become a case before: the answer to that was lost on the way."""

    def __init__(self, case_id: UUID) -> None:
        self.case_id = case_id
        super().__init__(str(case_id))


class _Damaged(Exception):
    """What storage gives back is not what came in."""


@contextmanager
def whole(uploads: Sequence[Upload]) -> Iterator[list[UploadedFile]]:
    """The uploads as files that were received in one request, as long as the block.

    Raises SubmissionRefused with an entry for each that is not whole, and AlreadySent.
    """
    _unsent(uploads)
    refusals = []
    with ExitStack() as opened:
        files: list[UploadedFile] = []
        for number, upload in enumerate(uploads, start=1):
            file = TemporaryUploadedFile("radiograph", "", upload.length, None)
            opened.enter_context(closing(file))
            if name := _file_name(upload):
                file.name = name
            try:
                _fill(file, upload)
            except _Damaged:
                refusals.append(_refusal(number, upload, "upload_damaged"))
            files.append(file)
        if refusals:
            raise SubmissionRefused(refusals)
        yield files


def take(*, uploads: Sequence[Upload], case: Case) -> None:
    """Mark them as this case's, in its transaction. Raises as `whole` where they are not free."""
    keys = [upload.pk for upload in uploads]
    rows = Upload.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    now = {upload.pk: upload for upload in rows}
    if len(now) != len(keys):
        raise SubmissionRefused.whole("upload_gone")
    _unsent([now[key] for key in keys])
    Upload.objects.filter(pk__in=keys).update(case=case)


def name_of(upload: Upload) -> str:
    """The name that the sender's file has, for nobody but the sender."""
    try:
        return external_ids.decrypt(upload.encrypted_name, organization_id=upload.organization_id)
    except external_ids.UnreadableIdentifier:
        return ""


def _file_name(upload: Upload) -> str:
    """The last part of the name; blank where none is left that Django takes as a file's."""
    name = PurePath(name_of(upload)).name
    return "" if name == ".." else name


def _unsent(uploads: Sequence[Upload]) -> None:
    cases = {upload.case_id for upload in uploads}
    if len(cases) == 1 and (case_id := cases.pop()) is not None:
        raise AlreadySent(case_id)
    wrong = {
        number: "upload_gone" if upload.case_id else "upload_incomplete"
        for number, upload in enumerate(uploads, start=1)
        if upload.case_id or not upload.is_whole
    }
    if wrong:
        raise SubmissionRefused(
            [_refusal(number, uploads[number - 1], code) for number, code in wrong.items()]
        )


def _fill(file: TemporaryUploadedFile, upload: Upload) -> None:
    """Join the pieces. Raises _Damaged unless they are, byte for byte, what the sender sent."""
    sealer = external_ids.sealer(upload.organization_id, SEAL)
    for piece in upload.pieces.all():
        try:
            with private_storage().open(piece.name) as sealed:
                data = sealer.decrypt(sealed.read())
        except (FileNotFoundError, InvalidToken) as error:
            raise _Damaged from error
        if piece.start != file.tell() or sha256(data).hexdigest() != piece.sha256:
            raise _Damaged
        file.write(data)
    if file.tell() != upload.length:
        raise _Damaged
    file.flush()
    file.seek(0)


def _refusal(number: int, upload: Upload, code: str) -> FileRefusal:
    sentences = {
        "upload_gone": _("The file was sent with another case already: choose it again."),
        "upload_incomplete": _("The file has not arrived whole yet: wait until it has."),
        "upload_damaged": _("The file was damaged where it was kept: remove and choose it again."),
    }
    return FileRefusal(number, name_of(upload), code, sentences[code])
