"""An answer into a file."""

from __future__ import annotations

from pathlib import Path

import httpx


def write_whole(response: httpx.Response, to: Path) -> None:
    """Beside it first and moved once it is complete, so that nobody takes half an image for one.

    Raises httpx.ReadError for another number of bytes than was announced.
    """
    part = to.with_name(f"{to.name}.part")
    try:
        with part.open("wb") as file:
            for piece in response.iter_bytes():
                file.write(piece)
        _require_all(response)
        part.replace(to)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _require_all(response: httpx.Response) -> None:
    announced = response.headers.get("Content-Length")
    if announced is not None and announced != str(response.num_bytes_downloaded):
        raise httpx.ReadError("The answer has another length than it said.")
