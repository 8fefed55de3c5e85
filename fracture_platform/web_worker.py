"""Gunicorn's threads, kept from those who send or take their time.

A thread serves one request and, as gunicorn has it, waits for every byte of it: as many poor links
as there are threads would stop the site. Here a connection waits in the loop until the head of its
request is there, and where requests wait for a thread, at most half of the threads go on waiting
for slow clients. Who is let go can send the same again: submissions have their Idempotency-Key,
uploads of pages come in pieces. A proxy that takes in whole requests before it passes them on is
better.
"""

import socket
import time
from collections import deque
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from fracture_platform.patient_socket import PatientSocket, Pressure

HEAD_SECONDS = 10.0
HEAD_BYTES = 64 * 1024
"""A longer head is gunicorn's to refuse."""
GOODBYE_SECONDS = 2.0


class PatientWorker(ThreadWorker):
    """The worker class of `web_server`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.half_heads: deque[tuple[float, TConn]] = deque()

    def init_process(self) -> None:
        most = max(1, self.cfg.threads // 2)
        self.pressure = Pressure(most, self._number_waiting)
        super().init_process()

    def _number_waiting(self) -> int:
        """Requests for which no thread is free."""
        return int(self.tpool._work_queue.qsize())

    def enqueue_req(self, conn: TConn) -> None:
        """Nobody's thread waits for a request to begin, nor for its head."""
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket.of(conn.sock, self.pressure)
            self._wait_for_first_bytes(conn)
        elif _is_ready(conn):
            super().enqueue_req(conn)
        else:
            self.half_heads.append((time.monotonic() + HEAD_SECONDS, conn))

    def _wait_for_first_bytes(self, conn: TConn) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.pending_conns.append(conn)
        ready = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, ready)

    def murder_pending(self) -> None:
        """Each second, and after whatever happened: look again for the rest of heads."""
        super().murder_pending()
        now = time.monotonic()
        for _n in range(len(self.half_heads)):
            until, conn = self.half_heads.popleft()
            if _is_ready(conn):
                super().enqueue_req(conn)
            elif now < until:
                self.half_heads.append((until, conn))
            else:
                self.nr_conns -= 1
                conn.close()

    def handle(self, conn: TConn) -> Any:
        conn.sock.begin()
        try:
            goes_on = super().handle(conn)
            if not goes_on and _is_unread(conn):
                self._say_goodbye(conn.sock)
        finally:
            conn.sock.end()
        return goes_on

    def _say_goodbye(self, sock: PatientSocket) -> None:
        """Let the client go on sending while it reads its answer, unless others wait. Gunicorn does
        so in its loop, where every other connection would wait."""
        until = time.monotonic() + GOODBYE_SECONDS
        try:
            sock.settimeout(GOODBYE_SECONDS)
            sock.shutdown(socket.SHUT_WR)
            while time.monotonic() < until and not self.pressure.is_any() and sock.recv(65536):
                pass
        except OSError:
            pass  # it is gone already, or too slow


def _is_ready(conn: TConn) -> bool:
    """Whether the whole head can be read, or there is nothing to wait for."""
    if conn.parser is not None and conn.parser.unreader.buf.getvalue():
        return True  # it came with the request before
    try:
        head = conn.sock.recv(HEAD_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return not head or b"\r\n\r\n" in head or len(head) >= HEAD_BYTES


def _is_unread(conn: TConn) -> bool:
    """Whether more of the request comes, or may."""
    message = getattr(conn.parser, "mesg", None)
    reader = getattr(getattr(message, "body", None), "reader", None)
    in_chunks = getattr(reader, "parser", None) is not None
    return in_chunks or getattr(reader, "length", 0) > 0
