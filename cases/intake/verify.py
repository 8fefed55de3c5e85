"""The door of intake: verify(file, folder) runs the decoders in a guarded child process.

Decoders of a dozen formats, fed by strangers, do not run in a web process: the child has bounded
memory, time and files, knows no secret, and its death is one more reason to refuse a file.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from cases.intake.child import RESULT
from cases.intake.errors import IntakeError
from cases.intake.limits import Limits
from cases.intake.result import VerifiedRadiograph

logger = logging.getLogger(__name__)
DEFAULT_LIMITS = Limits()
_ROOT = Path(__file__).resolve().parents[2]


def verify(source: Path, into: Path, *, limits: Limits = DEFAULT_LIMITS) -> VerifiedRadiograph:
    """Decode, de-identify and describe the file `source`; what it makes lies in the folder `into`.

    Files get names of their own, so one folder may serve several calls. Raises IntakeError; then
    `into` is as it was before. `source` is only read. `limits.seconds` bounds the call.
    """
    size = source.stat().st_size
    if size == 0:
        raise IntakeError("empty_file")
    if size > limits.max_bytes:
        raise IntakeError(
            "too_many_bytes",
            f"The file is larger than the {limits.max_bytes // 2**20} MiB that are taken: "
            "send it compressed or in a smaller size.",
        )
    created = not into.exists()
    into.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=".intake-", dir=into))
    try:
        _run(source.resolve(), work, limits)
        return _moved(_result(work), work, into)
    except BaseException:
        if created:
            rmtree(into, ignore_errors=True)
        raise
    finally:
        rmtree(work, ignore_errors=True)


def _run(source: Path, work: Path, limits: Limits) -> None:
    """Start the child and wait; returns when it ended by itself, raises when it had to be ended."""
    order = json.dumps({"source": str(source), "limits": asdict(limits)})
    with (work / "stderr").open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "cases.intake.child", order],
            cwd=work,
            env=_environment(work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            status = child.wait(timeout=limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise IntakeError("decoding_took_too_long") from error
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    if status != 0:
        logger.warning("intake child ended with status %s: %s", status, _last_words(work))
        by_time = status == -signal.SIGXCPU
        raise IntakeError("decoding_took_too_long" if by_time else "decoding_failed")


def _environment(work: Path) -> dict[str, str]:
    """No secret of the parent, one thread per numeric library, temporary files in the folder."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return kept | {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TMPDIR": str(work),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _result(work: Path) -> VerifiedRadiograph:
    try:
        answer = json.loads((work / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise IntakeError("decoding_failed") from error
    if "radiograph" not in answer:
        logger.info("intake refused a file: %s %s", answer["code"], _last_words(work))
        raise IntakeError(answer["code"], answer["message"])
    return VerifiedRadiograph.from_json(answer["radiograph"])


def _moved(made: VerifiedRadiograph, work: Path, into: Path) -> VerifiedRadiograph:
    """The child's files under their final names: all of them, or none."""
    token = uuid.uuid4().hex
    names = {"original": token + made.original_suffix, "canonical": f"{token}-canonical.png"}
    if made.deep:
        names["deep"] = f"{token}-deep.png"
    done: dict[str, Path] = {}
    try:
        for attribute, name in names.items():
            target = into / name
            (work / getattr(made, attribute).name).replace(target)
            done[attribute] = target
    except OSError:
        for target in done.values():
            target.unlink(missing_ok=True)
        raise
    return replace(made, **done)  # type: ignore[arg-type]


def _last_words(work: Path) -> str:
    """The type that the last line of the child names; the rest of it may quote data."""
    lines = (work / "stderr").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1].split(":")[0][:80] if lines else ""
