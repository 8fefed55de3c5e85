"""What schemathesis cannot guess: files that are radiographs, and ids of what is there.

`st run` loads it (SCHEMATHESIS_HOOKS), outside Django. FUZZ_WORLD holds, as JSON, lists of ids by
the name of the path's parameter, those of cases that may be withdrawn under `expendable`, paths of
radiographs under `files`, and what else bodies name.
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
    "reading_organization": "organization_id",
    "reading_deadline": "moment",
}
FILES = [Path(one).read_bytes() for one in WORLD["files"]]

schemathesis.openapi.format("binary", st.sampled_from(FILES) | st.binary(max_size=200))


def _known(name: str, value: Any) -> Any:
    """Of three of four values one that is there; which, follows from the value drawn."""
    known, place = WORLD.get(name, []), zlib.crc32(str(value).encode())
    return known[place // 4 % len(known)] if known and place % 4 else value


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    of_them = _expendable(context.operation)
    return {
        name: _known(of_them.get(name, name), value)
        for name, value in (path_parameters or {}).items()
    }


def _expendable(operation: Any) -> dict[str, str]:
    """What may be lost: the others are asked for again."""
    if "withdraw" in operation.path:
        return {"case_id": "expendable"}
    return {"endpoint_id": "expendable_endpoint"} if operation.method == "delete" else {}


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    if "/reads/" in context.operation.path and zlib.crc32(str(body).encode()) % 2:
        # What is said of the software's answer never fits it by chance.
        return {"conclusion": "fracture", "reader_email": WORLD["reader_email"][0]}
    return {name: _taken(name, value) for name, value in body.items()}


def _taken(name: str, value: Any) -> Any:
    """One bad file refuses the whole submission: three of four lists are of good ones."""
    if name in {"radiographs", "photographs"} and isinstance(value, list):
        good = zlib.crc32(str(value).encode()) % 4
        return [FILES[place % len(FILES)] for place in range(len(value))] if good else value
    return _known(NAMED_IN_BODIES.get(name, ""), value)
