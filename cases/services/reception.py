"""From files of an upload to files in private storage; the database is not touched here."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile

from cases.intake.errors import IntakeError
from cases.intake.result import VerifiedRadiograph
from cases.intake.uploads import configured_limits
from cases.intake.verify import verify
from cases.models.radiograph import private_storage
from cases.services.turns import Turns

CHILDREN = 2
PATIENCE_SECONDS = 20
"""How long a file waits for a decoding child while those of other uploads are at it."""
# Of the whole process, not of one request: each decoding child may take Limits.memory_bytes.
_turns = Turns(CHILDREN)


@dataclass(frozen=True)
class FileRefusal:
    """Why one file was not taken. `number` counts from 1; 0 is the upload as a whole."""

    number: int
    name: str
    code: str
    message: str


class SubmissionRefused(Exception):
    """Nothing was stored; `refusals` says why, file by file."""

    def __init__(self, refusals: Sequence[FileRefusal]) -> None:
        self.refusals = list(refusals)
        super().__init__("; ".join(f"{item.number}: {item.code}" for item in self.refusals))

    @classmethod
    def whole(cls, code: str, message: str = "") -> "SubmissionRefused":
        """The upload as a whole was refused."""
        return cls([FileRefusal(0, "", code, IntakeError(code, message).message)])


@contextmanager
def verified(
    files: Sequence[UploadedFile], *, going_on: Callable[[], None] = lambda: None
) -> Iterator[list[VerifiedRadiograph]]:
    """Verify the files, at most two at a time; what was made of them lives as long as the block.
    `going_on` is called after each, in the caller's thread; what it raises ends the work.

    Raises SubmissionRefused with an entry for every file that is not taken, or one for the whole
    upload if other uploads keep the children busy.
    """
    bounds = configured_limits()
    if not files:
        raise SubmissionRefused.whole("empty_file", "No file was sent: choose a radiograph.")
    if len(files) > bounds.max_files:
        raise SubmissionRefused.whole(
            "too_many_files",
            f"At most {bounds.max_files} files are taken at once: send them in several steps.",
        )
    with TemporaryDirectory(prefix="case-", dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        busy = threading.Event()

        def one(file: UploadedFile) -> VerifiedRadiograph | IntakeError:
            try:
                with _turns.place(seconds=0 if busy.is_set() else PATIENCE_SECONDS):
                    return verify(_on_disk(file, Path(folder)), Path(folder), limits=bounds)
            except TimeoutError:
                busy.set()
                return IntakeError("busy")
            except IntakeError as error:
                return error

        with ThreadPoolExecutor(CHILDREN) as pool:
            outcomes = []
            for outcome in pool.map(one, files):
                outcomes.append(outcome)
                going_on()
        if busy.is_set():
            raise SubmissionRefused.whole("busy")
        refusals = [
            FileRefusal(number, files[number - 1].name or "", outcome.code, outcome.message)
            for number, outcome in enumerate(outcomes, start=1)
            if isinstance(outcome, IntakeError)
        ]
        if refusals:
            raise SubmissionRefused(refusals)
        yield [made for made in outcomes if isinstance(made, VerifiedRadiograph)]


def _on_disk(file: UploadedFile, folder: Path) -> Path:
    """Where the upload lies; what came in memory is written out first."""
    path = getattr(file, "temporary_file_path", None)
    if path is not None:
        return Path(path())
    target = folder / f"received-{id(file):x}"
    with target.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return target


class _Made(File):
    """A file that storage on the same file system may move instead of copying."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = str(path)

    def temporary_file_path(self) -> str:
        return self._path


def store(
    made: VerifiedRadiograph, *, radiograph_id: UUID, stored: Callable[[str], None]
) -> dict[str, str]:
    """Put a radiograph's files into private storage; `stored` hears of every name as it is made.

    Returns the storage names by the Radiograph's fields. The bytes are on the disk before the row
    that names them is committed.
    """
    storage = private_storage()
    names: dict[str, str] = {}
    files = {"original": made.original, "canonical": made.canonical, "deep": made.deep}
    for field, path in files.items():
        if path is None:
            continue
        with _Made(path) as file:
            suffix = made.original_suffix if field == "original" else ".png"
            names[field] = storage.save(f"radiographs/{radiograph_id}/{field}{suffix}", file)
        stored(names[field])
    return names
