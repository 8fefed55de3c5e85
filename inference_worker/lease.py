"""Keep the claim on an analysis while it is being worked on."""

import threading
import time
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error, connection

from cases.services.analyses import renew_lease

log = structlog.get_logger(__name__)


class Lease:
    """A thread that renews the lease until the block ends, and dies with the process.

    A lost claim needs no action here: what this attempt writes will change no row. It never
    renews beyond the hard time limit, so that a hung attempt cannot hold an analysis for ever.
    """

    def __init__(self, *, analysis_id: UUID, attempt: int) -> None:
        self._analysis_id, self._attempt = analysis_id, attempt
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._until = time.monotonic() + settings.CELERY_TASK_TIME_LIMIT

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=1)

    def _renew(self) -> None:
        while not self._stop.wait(settings.LEASE_RENEWAL_SECONDS):
            if time.monotonic() > self._until or not self._renewed():
                return

    def _renewed(self) -> bool:
        try:
            held = renew_lease(analysis_id=self._analysis_id, attempt=self._attempt)
        except Error as error:
            log.warning("lease_not_renewed", error=type(error).__name__)
            return True
        finally:
            connection.close()  # this thread's own; nobody else would
        if not held:
            log.warning("claim_lost", analysis_id=str(self._analysis_id), attempt=self._attempt)
        return held
