"""The guarded child: what it may cost, what it leaves behind, how its death is told."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from cases.intake import verify as door
from cases.intake.errors import CODES, IntakeError
from cases.intake.limits import MIB, Limits
from cases.intake.result import VerifiedRadiograph
from cases.intake.verify import verify
from tests.cases.intake.make import NAME, ankle, bone, file_of, jpeg, pixels, saved


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    (folder / "earlier.txt").write_text("was here before")
    return folder


def file(folder: Path, data: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(data)
    return path


def test_a_radiograph_goes_through_the_child(tmp_path: Path, into: Path) -> None:
    made = verify(file(tmp_path, jpeg()), into, limits=Limits())
    again = verify(file(tmp_path, jpeg()), into, limits=Limits())
    assert made.sha256 == again.sha256
    assert made.received_bytes == len(jpeg())
    names = {path.name for path in into.iterdir()}
    assert len(names) == 5, "two files each, beside the one that was there"
    assert made.original.parent == made.canonical.parent == into
    assert pixels(made.canonical).shape == (160, 120)
    assert VerifiedRadiograph.from_json(made.to_json()) == made


def test_a_dicom_radiograph_goes_through_the_child(tmp_path: Path, into: Path) -> None:
    dataset = ankle()
    dataset.PatientName = NAME
    dataset.ImagerPixelSpacing = [0.1, 0.1]
    made = verify(file(tmp_path, file_of(dataset)), into, limits=Limits())
    assert made.deep is not None
    assert pixels(made.deep).dtype == np.uint16
    assert made.original.suffix == ".dcm"
    assert NAME.encode() not in made.original.read_bytes()
    assert VerifiedRadiograph.from_json(made.to_json()) == made


def refused(tmp_path: Path, into: Path, data: bytes, limits: Limits) -> IntakeError:
    """Refused, and the folder is as it was."""
    before = sorted(path.name for path in into.iterdir())
    with pytest.raises(IntakeError) as error:
        verify(file(tmp_path, data), into, limits=limits)
    assert sorted(path.name for path in into.iterdir()) == before
    return error.value


LARGE = saved(Image.fromarray(np.tile(bone(500, 500), (12, 12))), "PNG", compress_level=1)


def test_too_much_memory_is_a_sentence(tmp_path: Path, into: Path) -> None:
    error = refused(tmp_path, into, LARGE, Limits(memory_bytes=160 * MIB))
    assert error.code == "decoding_failed"
    assert error.message == CODES["decoding_failed"]


def test_a_child_that_cannot_even_start_is_a_sentence(tmp_path: Path, into: Path) -> None:
    error = refused(tmp_path, into, jpeg(), Limits(memory_bytes=24 * MIB))
    assert error.code == "decoding_failed"


def test_too_much_time_is_a_sentence(tmp_path: Path, into: Path) -> None:
    started = time.monotonic()
    error = refused(tmp_path, into, LARGE, Limits(seconds=0))
    assert error.code == "decoding_took_too_long"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_child_that_dies_is_a_sentence(how: signal.Signals, tmp_path: Path, into: Path) -> None:
    """A native decoder that aborts on a hostile stream must not be more than a refusal."""

    def strike() -> None:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for child in psutil.Process().children():
                if "cases.intake.child" in child.cmdline():
                    child.send_signal(how)
                    return
            time.sleep(0.005)

    striker = threading.Thread(target=strike)
    striker.start()
    error = refused(tmp_path, into, LARGE, Limits())
    striker.join()
    assert error.code == "decoding_failed"


def test_too_many_bytes_never_reach_the_child(tmp_path: Path, into: Path) -> None:
    error = refused(tmp_path, into, b"x" * 2000, Limits(max_bytes=1999))
    assert error.code == "too_many_bytes"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_file"), (b"hello" * 40, "not_an_image"), (jpeg()[:900], "truncated")],
)
def test_refusals_cross_the_process(data: bytes, code: str, tmp_path: Path, into: Path) -> None:
    assert refused(tmp_path, into, data, Limits()).code == code


def test_a_new_folder_is_removed_again(tmp_path: Path) -> None:
    with pytest.raises(IntakeError):
        verify(file(tmp_path, b"hello" * 40), tmp_path / "new" / "folder", limits=Limits())
    assert not (tmp_path / "new" / "folder").exists()


def test_the_child_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for a decoder")
    monkeypatch.setenv("DATABASE_URL", "not for a decoder either")
    assert "not for a decoder" not in str(door._environment(tmp_path))
    assert set(door._environment(tmp_path)) <= {
        "LANG",
        "LD_LIBRARY_PATH",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPATH",
        "TMPDIR",
    }


def test_the_child_imports_no_django_and_a_jpeg_no_pydicom(tmp_path: Path) -> None:
    source = file(tmp_path, jpeg())
    code = (
        "import sys; from pathlib import Path; from cases.intake.child import answer; "
        "from cases.intake.limits import Limits; "
        "assert 'radiograph' in answer(Path(sys.argv[1]), Limits()); "
        "print([name for name in ('django', 'pydicom', 'gdcm', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(source)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(door._ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_code_nobody_documented_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown intake code"):
        IntakeError("made_up")
    for code, sentence in CODES.items():
        assert IntakeError(code).message == sentence
        assert sentence.endswith(".")
