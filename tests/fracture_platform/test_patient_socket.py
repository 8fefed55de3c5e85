"""Whose connection is waited for, and who is let go."""

import socket
import threading
from collections.abc import Iterator

import pytest

from fracture_platform import patient_socket
from fracture_platform.patient_socket import PatientSocket, Pressure
from fracture_platform.slow_client import SlowClient


class Line:
    """A connection, and how many requests wait for a thread."""

    def __init__(self) -> None:
        self.waiting = 0
        self.pressure = Pressure(1, lambda: self.waiting)
        plain, self.client = socket.socketpair()
        self.server = PatientSocket.of(plain, self.pressure)
        self.server.settimeout(None)
        self.server.begin()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr(patient_socket, "SLOW_AFTER_SECONDS", 0.1)
    monkeypatch.setattr(patient_socket, "LOOK_SECONDS", 0.02)
    made = Line()
    with made.server, made.client:
        yield made


def test_a_slow_one_is_waited_for_while_nobody_else_waits(line: Line) -> None:
    line.pressure.change(5)
    threading.Timer(0.4, lambda: line.client.sendall(b"late")).start()
    assert line.server.recv(100) == b"late"


def test_a_slow_one_makes_room_where_others_wait_and_too_many_are_slow(line: Line) -> None:
    line.pressure.change(1)
    line.waiting = 1
    with pytest.raises(SlowClient):
        line.server.recv(100)


def test_half_of_the_threads_go_on_waiting(line: Line) -> None:
    line.waiting = 1
    threading.Timer(0.4, lambda: line.client.sendall(b"late")).start()
    assert line.server.recv(100) == b"late"
    assert line.server.pressure._slow == 0  # it is not counted while nobody waits for it


def test_nobody_is_waited_for_without_end(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_socket, "GRACE_SECONDS", 0.2)
    with pytest.raises(SlowClient):
        line.server.recv(100)


def test_who_does_not_read_is_slow_however_much_was_taken_in(line: Line) -> None:
    line.pressure.change(1)
    line.waiting = 1
    with pytest.raises(SlowClient):
        line.server.sendall(b"x" * 50_000_000)


def test_its_own_timeout_holds_besides(line: Line) -> None:
    line.server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        line.server.recv(100)
    assert line.server.gettimeout() == 0.05


def test_after_the_request_gunicorn_waits_for_nothing_more(line: Line) -> None:
    line.server.end()
    line.server.settimeout(2)
    assert line.server.recv(4096) == b""
