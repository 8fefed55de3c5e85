"""Limits that hold while an upload streams in. The one module of intake that knows Django.

Set `FILE_UPLOAD_HANDLERS = ["cases.intake.uploads.GuardedUploadHandler"]`. A view asks `refusal`
before it looks at `request.FILES`; it answers with `REFUSED_STATUS`, the sentence and the code.
"""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import (
    FileUploadHandler,
    StopUpload,
    TemporaryFileUploadHandler,
)
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from cases.intake.errors import IntakeError
from cases.intake.limits import MIB, Limits

REFUSED_STATUS = 413
_REFUSAL = "_intake_refusal"
# Form fields, boundaries and part headers that come on top of the files.
_ENVELOPE = MIB


def refusal(request: Any) -> IntakeError | None:
    """Why the files of this request were not read to their end, or None.

    Takes Django's request or REST framework's around it. Reading `request.FILES` is what makes
    the upload stream in, so this does it first.
    """
    _ = request.FILES
    found = getattr(getattr(request, "_request", request), _REFUSAL, None)
    return found if isinstance(found, IntakeError) else None


def configured_limits() -> Limits:
    """The bounds as this installation sets them, the defaults where it says nothing."""
    names = {"max_bytes", "max_files", "max_pixels"}
    found = {name: getattr(settings, f"INTAKE_{name.upper()}", None) for name in names}
    return Limits(**{name: int(value) for name, value in found.items() if value is not None})


def _somebody(request: HttpRequest | None) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


class GuardedUploadHandler(FileUploadHandler):
    """Every file into a temporary file, counted and measured as it comes.

    Past a limit it stops reading, hands over no file at all and remembers why. It parses the
    request itself: Django leaves the half file of a broken connection to the garbage collector.
    Of people who did not sign in no file is taken at all: the check of the form's token reads the
    request before any view can turn them away.
    """

    limits: Limits | None = None
    """Those of the settings if None."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, UploadedFile]]:
        """POST fields and files, or the fields that came before the limit and no files."""
        limits = self.limits or configured_limits()
        if not _somebody(self.request):
            limits = replace(limits, max_files=0)
        counted = _CountedFiles(self.request, limits, content_length)
        try:
            fields, files = MultiPartParser(META, input_data, [counted], encoding).parse()
        except BaseException:
            counted.discard()
            raise
        if counted.refused is None:
            return fields, files
        counted.discard()
        setattr(self.request, _REFUSAL, counted.refused)
        return fields, MultiValueDict()


class _CountedFiles(TemporaryFileUploadHandler):
    """The files of one request. Its limits are checked before a chunk is written."""

    def __init__(self, request: HttpRequest | None, limits: Limits, announced: int) -> None:
        super().__init__(request)
        self.limits = limits
        self.announced = announced
        self.refused: IntakeError | None = None
        self.opened: list[Any] = []
        self.bytes_of_file = 0
        self.bytes_of_all = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if len(self.opened) >= self.limits.max_files:
            self._refuse(
                "too_many_files",
                f"One upload takes {self.limits.max_files} files at most: "
                "send the others in a second step.",
            )
        if self.announced > self.limits.max_request_bytes + _ENVELOPE:
            self._refuse_all_bytes()
        # Not the parent's: it puts the sender's suffix into the name on the disk. Nothing that
        # the sender wrote gets there, nor into the arguments of the process that decodes it.
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = TemporaryUploadedFile(
            "radiograph", self.content_type, 0, self.charset, self.content_type_extra
        )
        self.file.name = self.file_name
        self.opened.append(self.file)
        self.bytes_of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.bytes_of_file += len(raw_data)
        self.bytes_of_all += len(raw_data)
        if self.bytes_of_file > self.limits.max_bytes:
            self._refuse(
                "too_many_bytes",
                f"A file is larger than the {self.limits.max_bytes // MIB} MiB that are taken: "
                "send it compressed or in a smaller size.",
            )
        if self.bytes_of_all > self.limits.max_request_bytes:
            self._refuse_all_bytes()
        super().receive_data_chunk(raw_data, start)

    def upload_interrupted(self) -> None:
        super().upload_interrupted()
        self.refused = IntakeError("truncated", "The upload broke off: send the files again.")

    def discard(self) -> None:
        """Close, and thereby delete, every temporary file of this request."""
        for file in self.opened:
            file.close()

    def _refuse_all_bytes(self) -> None:
        self._refuse(
            "too_many_bytes",
            f"The files together are larger than the {self.limits.max_request_bytes // MIB} MiB "
            "that are taken: send them in several steps.",
        )

    def _refuse(self, code: str, message: str) -> None:
        self.refused = IntakeError(code, message)
        raise StopUpload(connection_reset=True)
