"""Files to send, and the name of a submission that follows from what is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from typing import BinaryIO

Source = str | PathLike[str] | bytes
"""A file by its path, or what would be in it."""
Fields = Mapping[str, str | list[str]]
Part = tuple[str, tuple[str, BinaryIO | bytes, str]]


def sha256_of(source: Source) -> str:
    """Of the bytes, as hexadecimal digits."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with Path(source).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_key(fields: Fields, files: Mapping[str, Sequence[Source]]) -> str:
    """An Idempotency-Key that the same fields and bytes have again, on any machine, any day."""
    sums = {kind: [sha256_of(one) for one in some] for kind, some in sorted(files.items())}
    said = json.dumps([dict(sorted(fields.items())), sums], ensure_ascii=True)
    return f"content-{hashlib.sha256(said.encode()).hexdigest()}"


def opened(files: Mapping[str, Sequence[Source]], stack: ExitStack) -> list[Part]:
    """The parts of a form. Their own names stay here: people name files after patients."""
    return [
        (kind, (f"{kind}-{number}", _open(one, stack), "application/octet-stream"))
        for kind, some in files.items()
        for number, one in enumerate(some)
    ]


def _open(source: Source, stack: ExitStack) -> BinaryIO | bytes:
    return source if isinstance(source, bytes) else stack.enter_context(Path(source).open("rb"))
