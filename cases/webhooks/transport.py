"""One request to a receiver: to the address that was checked, in bounded time, and no further.

There are no redirects, no proxies of the environment and no kept connections, and nothing of the
answer is decompressed.
"""

import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpcore

from cases.vocabulary import AttemptError
from cases.webhooks import addresses

CONNECT_SECONDS = 5.0
READ_SECONDS = 5.0
TOTAL_SECONDS = 10.0
"""For everything together, from looking up the name to the last byte: a receiver that drips its
answer holds a worker no longer than that."""
MOST_READ = 64 * 1024
KEPT = 1024


class TlsFailed(httpcore.ConnectError):
    """The receiver has no certificate that is trusted for its name, or speaks no TLS of today."""


@dataclass(frozen=True)
class Answer:
    """What came back: an HTTP status with the beginning of the answer, or the code of an error."""

    status: int | None
    error: str
    milliseconds: int
    beginning: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def post(*, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Post once; whatever goes wrong on the way is an answer with an error code."""
    began = time.monotonic()
    status, beginning, error = None, b"", ""
    try:
        status, beginning = _post(url, headers, body, began + TOTAL_SECONDS)
    except Exception as problem:
        error = _code(problem)
        if not error:
            raise
    return Answer(
        status=status,
        error=error,
        milliseconds=round((time.monotonic() - began) * 1000),
        # PostgreSQL keeps no NUL in a text.
        beginning=beginning.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}"),
    )


def _post(url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> tuple[int, bytes]:
    parts = addresses.check_url(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = addresses.resolve(host, port, seconds=min(CONNECT_SECONDS, _left(deadline)))
    limits = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS}
    with (
        httpcore.ConnectionPool(
            ssl_context=trusted(), network_backend=_Checked(found, deadline)
        ) as pool,
        pool.stream(
            "POST",
            url,
            headers=[("host", parts.netloc), *headers.items(), ("connection", "close")],
            content=body,
            extensions={"timeout": limits},
        ) as response,
    ):
        return response.status, _beginning(response)


def _beginning(response: httpcore.Response) -> bytes:
    """The receiver has answered by its status; how its text ends is its own affair."""
    kept, size = b"", 0
    try:
        for chunk in response.iter_stream():
            kept = (kept + chunk)[:KEPT]
            size += len(chunk)
            if size >= MOST_READ:
                break
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        pass
    return kept


@cache
def trusted() -> ssl.SSLContext:
    """The system's certificates (SSL_CERT_FILE adds a hospital's own) and those that browsers
    trust, for a system that has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _code(problem: Exception) -> str:
    """The stable code of what went wrong; empty for a mistake of ours."""
    codes: list[tuple[type[Exception], AttemptError]] = [
        (addresses.UrlRefused, AttemptError.URL_REFUSED),
        (addresses.AddressRefused, AttemptError.ADDRESS_REFUSED),
        (addresses.NameNotFound, AttemptError.NAME_NOT_FOUND),
        (httpcore.TimeoutException, AttemptError.TIMEOUT),
        (TlsFailed, AttemptError.TLS_FAILED),
        (httpcore.ConnectError, AttemptError.CONNECTION_FAILED),
        (httpcore.NetworkError, AttemptError.CONNECTION_LOST),
        (httpcore.ProtocolError, AttemptError.NO_HTTP_ANSWER),
    ]
    return next((code for kind, code in codes if isinstance(problem, kind)), "")


def _left(deadline: float) -> float:
    """The seconds that are left. Raises httpcore.ReadTimeout when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _at_most(deadline: float, timeout: float | None) -> float:
    left = _left(deadline)
    return left if timeout is None else min(left, timeout)


class _Checked(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, whatever the name may lead to by now. TLS and
    the Host header still go by the name."""

    def __init__(self, found: Sequence[str], deadline: float) -> None:
        self._found, self._deadline = found, deadline
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        problem: Exception = httpcore.ConnectError()
        for address in self._found:
            limit = _at_most(self._deadline, timeout)
            try:
                stream = self._real.connect_tcp(address, port, limit, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _Bounded(stream, self._deadline)
        raise problem


class _Bounded(httpcore.NetworkStream):
    """No read or write goes on beyond the deadline, however many there are."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _at_most(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _at_most(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        limit = _at_most(self._deadline, timeout)
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, limit)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise TlsFailed from error
            raise
        return _Bounded(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
