"""A client's connection whose waits are counted, and that lets go who holds up others."""

import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeVar

from fracture_platform.slow_client import SlowClient

GRACE_SECONDS = 20.0
LEAST_BYTES_PER_SECOND = 1000
"""A request, and its answer, may be waited for so long, and for a second more with each of these
that came or went."""
SLOW_AFTER_SECONDS = 2.0
FAST_BYTES_PER_SECOND = 100_000
"""Who is waited for longer and moves less is slow, and who has stopped altogether. What waits only
for this process is not."""
LOOK_SECONDS = 0.5
T = TypeVar("T")


class Pressure:
    """How many threads wait for slow clients, and whether anybody waits for a thread."""

    def __init__(self, most: int, waiting: Callable[[], int]) -> None:
        self._most, self._waiting = most, waiting
        self._slow = 0
        self._lock = threading.Lock()

    def is_any(self) -> bool:
        return self._waiting() > 0

    def change(self, by: int) -> None:
        with self._lock:
            self._slow += by

    def lets_go(self) -> bool:
        """Whether this slow one has to make room: others wait, and too many are waited for."""
        return self.is_any() and self._slow > self._most


class PatientSocket(socket.socket):
    """From `begin` to `end` of a request. Raises SlowClient."""

    pressure: Pressure
    _is_open = False
    _sends = False
    _waited = 0.0
    _moved = 0

    @classmethod
    def of(cls, plain: socket.socket, pressure: Pressure) -> Self:
        """Takes the connection over."""
        own = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        own.pressure = pressure
        return own

    def begin(self) -> None:
        self._is_open, self._sends = True, False
        self._waited, self._moved = 0.0, 0

    def end(self) -> None:
        self._is_open = False

    def recv(self, size: int, flags: int = 0) -> bytes:
        if not self._is_open or flags:
            # Gunicorn's loop asks whether more comes before it closes: it has no time to wait.
            return b"" if self.gettimeout() else super().recv(size, flags)
        self._turn(sends=False)
        data = self._patiently(partial(super().recv, size, flags))
        self._moved += len(data)
        return data

    def send(self, data: Any, flags: int = 0) -> int:
        if not self._is_open:
            return super().send(data, flags)
        self._turn(sends=True)
        sent = self._patiently(partial(super().send, data, flags))
        self._moved += sent
        return sent

    def sendall(self, data: Any, flags: int = 0) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self.send(rest, flags) :]

    def _turn(self, *, sends: bool) -> None:
        """A request and its answer are waited for each by itself."""
        if sends != self._sends:
            self._sends = sends
            self._waited, self._moved = 0.0, 0

    def _patiently(self, act: Callable[[], T]) -> T:
        """The socket's own timeout holds besides."""
        limit = self.gettimeout()
        until = None if limit is None else time.monotonic() + limit
        stopped = 0.0
        while True:
            began = time.monotonic()
            wait = LOOK_SECONDS if until is None else min(LOOK_SECONDS, until - began)
            try:
                self.settimeout(max(0.001, wait))
                return self._counted(act, stopped)
            except TimeoutError:
                stopped += LOOK_SECONDS
                if until is not None and time.monotonic() >= until:
                    raise
            finally:
                self._waited += time.monotonic() - began
                self.settimeout(limit)

    def _counted(self, act: Callable[[], T], stopped: float) -> T:
        if self._waited > GRACE_SECONDS + self._moved / LEAST_BYTES_PER_SECOND:
            raise SlowClient
        is_fast = self._moved > FAST_BYTES_PER_SECOND * self._waited
        if stopped < SLOW_AFTER_SECONDS and (is_fast or self._waited < SLOW_AFTER_SECONDS):
            return act()
        self.pressure.change(1)
        try:
            if self.pressure.lets_go():
                raise SlowClient
            return act()
        finally:
            self.pressure.change(-1)
