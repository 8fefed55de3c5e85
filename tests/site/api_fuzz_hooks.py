"""What schemathesis cannot guess: files that are radiographs, and ids of what is there.

`st run` loads it (SCHEMATHESIS_HOOKS), outside Django. FUZZ_WORLD holds, as JSON, lists of ids by
the name of the path's parameter, those of cases that may be withdrawn under `expendable`, and paths
of radiographs under `files`.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st

WORLD: dict[str, list[str]] = json.loads(os.environ["FUZZ_WORLD"])
NAMED_IN_BODIES = {
    "radiograph": "radiograph_id",
    "analysis": "analysis_id",
    "reader_email": "reader_email",
}
FILES = [Path(one).read_bytes() for one in WORLD["files"]]

# Three of four are taken; whatever is wrong with one file has the whole submission refused.
_FILE = st.integers(0, 3).flatmap(
    lambda drawn: st.sampled_from(FILES) if drawn else st.binary(max_size=200)
)
schemathesis.openapi.format("binary", _FILE)


def _known(name: str, value: Any) -> Any:
    """Of three of four values one that is there; which, follows from the value drawn."""
    known, place = WORLD.get(name, []), zlib.crc32(str(value).encode())
    return known[place // 4 % len(known)] if known and place % 4 else value


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    withdrawing = "withdraw" in context.operation.path
    return {
        name: _known("expendable" if withdrawing and name == "case_id" else name, value)
        for name, value in (path_parameters or {}).items()
    }


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: _known(NAMED_IN_BODIES.get(name, ""), value) for name, value in body.items()}
