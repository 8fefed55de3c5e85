"""Limits that hold while an upload streams in, and what is left of one that breaks off."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError
from django.test import RequestFactory

from cases.intake.limits import MIB, Limits
from cases.intake.uploads import REFUSED_STATUS, GuardedUploadHandler, refusal
from tests.factories import UserFactory

BOUNDARY = "fence"


class SmallLimits(GuardedUploadHandler):
    limits = Limits(max_files=3, max_bytes=200_000, max_request_bytes=400_000)


class Wire(io.RawIOBase):
    """A connection: counts what is read, may break off."""

    def __init__(self, data: bytes, breaks_at: int | None = None) -> None:
        self.stream, self.breaks_at, self.read_bytes = io.BytesIO(data), breaks_at, 0

    def read(self, size: int = -1) -> bytes:
        if self.breaks_at is not None and self.read_bytes >= self.breaks_at:
            raise OSError("connection reset by peer")
        data = self.stream.read(size)
        self.read_bytes += len(data)
        return data


def body(*files: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="token"\r\n\r\nabc\r\n'.encode()
    ]
    for number, data in enumerate(files):
        head = f'Content-Disposition: form-data; name="files"; filename="{number}.jpg"'
        head += "\r\nContent-Type: image/jpeg\r\n\r\n"
        parts.append(f"--{BOUNDARY}\r\n{head}".encode() + data + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def incoming(tmp_path: Path, settings: Any) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


def request(wire: Wire, length: int, handler: type = SmallLimits) -> WSGIRequest:
    made = RequestFactory().post("/", content_type=f"multipart/form-data; boundary={BOUNDARY}")
    made.user = UserFactory.build(organization=None)
    made.META["CONTENT_LENGTH"] = str(length)
    made.__dict__["_stream"] = wire
    made.upload_handlers = [handler(made)]
    return made


def sent(*files: bytes, handler: type = SmallLimits) -> tuple[WSGIRequest, Wire]:
    data = body(*files)
    wire = Wire(data)
    return request(wire, len(data), handler), wire


def test_files_within_the_limits_arrive_on_disk(incoming: Path) -> None:
    made, _ = sent(b"one" * 9000, b"two", b"")
    assert refusal(made) is None
    files: list[Any] = made.FILES.getlist("files")
    assert [file.read() for file in files] == [b"one" * 9000, b"two", b""]
    assert all(Path(file.temporary_file_path()).parent == incoming for file in files)
    assert made.POST["token"] == "abc"
    made.close()
    assert list(incoming.iterdir()) == []


@pytest.mark.parametrize("who", [AnonymousUser(), None])
def test_no_file_is_taken_from_who_did_not_sign_in(incoming: Path, who: Any) -> None:
    data = body(b"x" * 150_000)
    made = request(Wire(data), len(data))
    if who is None:
        del made.user
    else:
        made.user = who
    seen: list[Path] = []
    made.upload_handlers = [watching(made, lambda: seen.extend(incoming.iterdir()))]
    assert refusal(made) is not None
    assert not made.FILES
    assert seen == []


def watching(made: WSGIRequest, look: Callable[[], object]) -> GuardedUploadHandler:
    """Looks at the folder before each piece of the body that is read."""
    stream = made.__dict__["_stream"]
    read = stream.read
    stream.read = lambda size=-1: (look(), read(size))[1]
    return SmallLimits(made)


@pytest.mark.parametrize("name", ["a." + "x" * 248, "a.-o", "x" * 400 + ".jpg", "a.b;c $(d)"])
def test_nothing_of_the_senders_name_reaches_the_disk(incoming: Path, name: str) -> None:
    data = body(b"pixels").replace(b"0.jpg", name.encode())
    made = request(Wire(data), len(data))
    assert refusal(made) is None
    file: Any = made.FILES["files"]
    assert re.fullmatch(r"tmp\w+\.upload", Path(file.temporary_file_path()).name)
    assert file.name.startswith(name[:2])  # the messages still name it
    assert file.read() == b"pixels"
    made.close()
    assert list(incoming.iterdir()) == []


def test_one_file_too_many(incoming: Path) -> None:
    made, _ = sent(b"a", b"b", b"c", b"d")
    reason = refusal(made)
    assert reason is not None
    assert reason.code == "too_many_files"
    assert "takes 3 files" in reason.message
    assert not made.FILES
    assert made.POST["token"] == "abc", "what came before the limit is still there"
    assert list(incoming.iterdir()) == []


def test_a_file_that_is_too_large_is_not_read_to_its_end(incoming: Path) -> None:
    made, wire = sent(b"fine", b"x" * 5 * MIB)
    reason = refusal(made)
    assert reason is not None
    assert reason.code == "too_many_bytes"
    assert wire.read_bytes < MIB
    assert not made.FILES
    assert list(incoming.iterdir()) == []


def test_files_that_are_too_large_together(incoming: Path) -> None:
    made, _ = sent(b"x" * 190_000, b"x" * 190_000, b"x" * 190_000)
    reason = refusal(made)
    assert reason is not None
    assert (reason.code, REFUSED_STATUS) == ("too_many_bytes", 413)
    assert "together" in reason.message
    assert list(incoming.iterdir()) == []


def test_an_announced_length_over_the_limit_is_refused_at_the_first_file(incoming: Path) -> None:
    data = body(b"small")
    wire = Wire(data)
    reason = refusal(request(wire, 10 * MIB))
    assert reason is not None
    assert reason.code == "too_many_bytes"
    assert list(incoming.iterdir()) == []


def test_a_connection_that_breaks_leaves_no_file(incoming: Path) -> None:
    data = body(b"x" * 150_000, b"y" * 150_000)
    made = request(Wire(data, breaks_at=180_000), len(data))
    with pytest.raises(UnreadablePostError):
        refusal(made)
    assert list(incoming.iterdir()) == []


def test_an_upload_that_ends_early_is_refused_whole(incoming: Path) -> None:
    """Without an error from the connection Django would hand over the files that came."""
    data = body(b"x" * 1000, b"y" * 150_000)
    made = request(Wire(data[:100_000]), len(data))
    reason = refusal(made)
    assert reason is not None
    assert reason.code == "truncated"
    assert not made.FILES
    assert list(incoming.iterdir()) == []


def test_the_settings_of_an_installation_hold(incoming: Path, settings: Any) -> None:
    settings.INTAKE_MAX_FILES = 1
    made, _ = sent(b"a", b"b", handler=GuardedUploadHandler)
    reason = refusal(made)
    assert reason is not None
    assert "takes 1 files" in reason.message
    settings.INTAKE_MAX_FILES = 2
    made, _ = sent(b"a", b"b", handler=GuardedUploadHandler)
    assert refusal(made) is None
    made.close()
