"""A few places that are taken in turn."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """So many places at once; who waits gets one in the order of coming.

    `threading.Semaphore` lets whoever gives a place back take it again at once: an upload of
    twenty files then keeps one of a single file waiting until its last.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def place(self, *, seconds: float) -> Iterator[None]:
        """A place for the block. Raises TimeoutError if there is none within `seconds`."""
        if not self._taken(seconds):
            raise TimeoutError(f"no place within {seconds} s")
        try:
            yield
        finally:
            self._give_back()

    def _taken(self, seconds: float) -> bool:
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._lock:
            if turn.is_set():  # it came in the last moment
                return True
            self._waiting.remove(turn)
            return False

    def _give_back(self) -> None:
        """To the next in line, so that nobody can slip in between."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
