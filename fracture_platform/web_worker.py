"""Gunicorn's threads, kept from those who send or take their time.

A thread serves one request and, as gunicorn has it, waits for every byte of it: as many poor links
as there are threads would stop the site. Here a connection waits for its first bytes in the loop,
and of a process's threads at most half wait for somebody slow; one more is let go, as is who is
slower than anybody's link. What was let go can be sent again: submissions by their Idempotency-Key,
uploads of pages in pieces. A proxy that takes in whole requests before it passes them on is better.
"""

import errno
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ
from typing import Any, Self, TypeVar

from gunicorn.workers.gthread import TConn, ThreadWorker

GRACE_SECONDS = 20.0
LEAST_BYTES_PER_SECOND = 1000
"""A request, and its answer, may be waited for so long, and for a second more with each of these
that came or went."""
SLOW_AFTER_SECONDS = 2.0
GOODBYE_SECONDS = 2.0
T = TypeVar("T")


class PatientSocket(socket.socket):
    """A client's connection whose waits are counted, from `begin` to `end` of a request."""

    slow: threading.BoundedSemaphore
    _is_open = False
    _is_slow = False
    _sends = False
    _waited = 0.0
    _moved = 0

    @classmethod
    def of(cls, plain: socket.socket, slow: threading.BoundedSemaphore) -> Self:
        """Takes the connection over. `slow` has room for those that may be waited for."""
        own = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        own.slow = slow
        return own

    def begin(self) -> None:
        self._is_open, self._sends = True, False
        self._waited, self._moved = 0.0, 0

    def end(self) -> None:
        self._is_open = False
        self._is_no_longer_slow()

    def recv(self, size: int, flags: int = 0) -> bytes:
        if not self._is_open:
            # Gunicorn's loop asks whether more comes before it closes: it has no time to wait.
            return b"" if self.gettimeout() else super().recv(size, flags)
        data = self._patiently(partial(super().recv, size, flags))
        self._moved += len(data)
        return data

    def send(self, data: Any, flags: int = 0) -> int:
        if not self._is_open:
            return super().send(data, flags)
        if not self._sends:
            self._sends = True
            self._waited, self._moved = 0.0, 0
            self._is_no_longer_slow()
        sent = self._patiently(partial(super().send, data, flags))
        self._moved += sent
        return sent

    def sendall(self, data: Any, flags: int = 0) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self.send(rest, flags) :]

    def goodbye(self) -> None:
        """Let the other side finish what it was sending, for it may not have read its answer yet.
        Gunicorn does so in its loop, where every other connection would wait."""
        until = time.monotonic() + GOODBYE_SECONDS
        try:
            self.settimeout(GOODBYE_SECONDS)
            self.shutdown(socket.SHUT_WR)
            while time.monotonic() < until and self.recv(65536):
                pass
        except OSError:
            pass  # it is gone already, or too slow

    def _patiently(self, act: Callable[[], T]) -> T:
        """Raises ConnectionResetError for who is too slow: so gunicorn and Django know a client
        that went away. The socket's own timeout holds besides."""
        limit = self.gettimeout()
        until = None if limit is None else time.monotonic() + limit
        while True:
            began = time.monotonic()
            wait = self._next_wait()
            try:
                self.settimeout(wait if until is None else max(0.001, min(wait, until - began)))
                return act()
            except TimeoutError:
                if until is not None and time.monotonic() >= until:
                    raise
            finally:
                self._waited += time.monotonic() - began
                self.settimeout(limit)

    def _next_wait(self) -> float:
        left = GRACE_SECONDS + self._moved / LEAST_BYTES_PER_SECOND - self._waited
        if not self._is_slow and self._waited >= SLOW_AFTER_SECONDS:
            self._is_slow = self.slow.acquire(blocking=False)
            left = left if self._is_slow else 0.0
        if left <= 0:
            raise ConnectionResetError(errno.ECONNRESET, "The client is too slow.")
        return left if self._is_slow else min(left, SLOW_AFTER_SECONDS - self._waited)

    def _is_no_longer_slow(self) -> None:
        if self._is_slow:
            self._is_slow = False
            self.slow.release()


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The worker class of `web_server`."""

    def init_process(self) -> None:
        self.slow = threading.BoundedSemaphore(max(1, self.cfg.threads // 2))
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """A new connection waits for its first bytes here in the loop, in no thread."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock = PatientSocket.of(conn.sock, self.slow)
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        ready = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, ready)

    def handle(self, conn: TConn) -> Any:
        conn.sock.begin()
        try:
            goes_on = super().handle(conn)
            if not goes_on:
                conn.sock.goodbye()
        finally:
            conn.sock.end()
        return goes_on
