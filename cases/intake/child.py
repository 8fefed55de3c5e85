"""The guarded child: `python -m cases.intake.child ORDER`, started by `verify` and nobody else.

It bounds itself before it imports a decoder, works in its current folder, and leaves one file
there, result.json: the radiograph, or a code and a sentence.
"""

import json
import resource
import sys
from pathlib import Path

from cases.intake.errors import CODES, IntakeError
from cases.intake.limits import Limits

RESULT = "result.json"
_OPEN_FILES = 64


def guard(limits: Limits) -> None:
    """Bound memory, CPU time, size of files and open files; leave no core dump behind."""
    # 16-bit original, canonical and deep image of the largest radiograph, each alone.
    largest_file = max(limits.max_bytes * 4, limits.max_pixels * 4)
    bounds = (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds, limits.seconds + 1),
        (resource.RLIMIT_FSIZE, largest_file, largest_file),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    )
    for which, soft, hard in bounds:
        _, ceiling = resource.getrlimit(which)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)  # noqa: PLW2901
        resource.setrlimit(which, (soft, hard))


def answer(source: Path, limits: Limits) -> dict[str, str]:
    """Decode into the current folder; every outcome is a dictionary."""
    import warnings

    warnings.simplefilter("ignore")
    try:
        from cases.intake.decode import decode

        return {"radiograph": decode(source, Path.cwd(), limits=limits).to_json()}
    except IntakeError as error:
        if error.__cause__ is not None:
            # Its type alone: the words of a decoder may quote the file.
            print(type(error.__cause__).__name__, file=sys.stderr)  # noqa: T201
        return {"code": error.code, "message": error.message}
    except MemoryError:
        return {"code": "decoding_failed", "message": CODES["decoding_failed"]}


def main() -> None:
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    guard(limits)
    Path(RESULT).write_text(json.dumps(answer(Path(order["source"]), limits)), encoding="utf-8")


if __name__ == "__main__":
    main()
