"""Requests to one server with one key: retried where that is safe, never sent elsewhere."""

from __future__ import annotations

import ipaddress
import random
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from fracture_client.errors import ApiError, ConnectionFailed, Problem, UnexpectedAnswer, kind_of
from fracture_client.files import Source, opened
from fracture_client.saving import write_whole
from fracture_client.version import __version__

AGENT = f"fracture-client/{__version__}"
TEMPORARY = frozenset({429, 502, 503, 504})
STILL_AT_WORK = "in_flight"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
LONGEST_WISH = 120.0
"""Seconds; a server that wants to be left alone for longer is not waited for."""
_KEY = re.compile(r"[\x21-\x7e]+")


class UnencryptedAddress(UserWarning):
    """Key and radiographs would travel unencrypted."""


class Transport:
    """Safe to share between threads."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float,
        retries: int,
        pause: Callable[[float], None],
    ) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError("The API key is empty or holds characters that no key has.")
        self.base_url = checked_address(base_url)
        self._retries, self._pause = retries, pause
        self._http = httpx.Client(
            base_url=f"{self.base_url}/api/v1/",
            headers={"Authorization": f"Bearer {key}", "User-Agent": AGENT},
            timeout=timeout,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def close(self) -> None:
        self._http.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """200, or 304 where `If-None-Match` was among the headers."""
        return self._answered(
            lambda: self._http.get(path, params=params, headers=headers), safe=True
        )

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Sent once: nothing says whether a lost one was heard."""
        return self._answered(lambda: self._http.post(path, json=dict(body)), safe=False)

    def patch(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Sent once."""
        return self._answered(lambda: self._http.patch(path, json=dict(body)), safe=False)

    def delete(self, path: str) -> None:
        """Sent once."""
        self._answered(lambda: self._http.delete(path), safe=False)

    def save(self, path: str, to: Path) -> Path:
        """What is answered, streamed into a file: there whole or not at all, anew for each try."""

        def send() -> httpx.Response:
            with self._http.stream("GET", path) as response:
                if response.is_success:
                    write_whole(response, to)
                else:
                    response.read()
            return response

        self._answered(send, safe=True)
        return to

    def submit(
        self,
        path: str,
        fields: Mapping[str, str | list[str]],
        files: Mapping[str, Sequence[Source]],
        *,
        key: str,
    ) -> httpx.Response:
        """A form with files, read from the disk as it is sent; anew for each try."""

        def send() -> httpx.Response:
            with ExitStack() as stack:
                return self._http.post(
                    path,
                    data=dict(fields),
                    files=opened(files, stack),
                    headers={"Idempotency-Key": key},
                )

        return self._answered(send, safe=True)

    def _answered(self, send: Callable[[], httpx.Response], *, safe: bool) -> httpx.Response:
        """Raises ConnectionFailed or ApiError once no further try is safe or left."""
        for tried in range(self._retries + 1):
            try:
                return _checked(send())
            except httpx.RequestError as error:
                # Its own words may quote what was sent.
                failure: Exception = ConnectionFailed(
                    f"{self.base_url} did not answer ({type(error).__name__})."
                )
                wish = 0.0
            except ApiError as error:
                temporary = error.status in TEMPORARY or error.code == STILL_AT_WORK
                wish = error.retry_after or 0.0
                if not temporary or wish > LONGEST_WISH:
                    raise
                failure = error
            if not safe or tried == self._retries:
                raise failure from None
            self._pause(max(wish, pause_after(tried)))
        raise AssertionError("unreachable")


def pause_after(tried: int) -> float:
    """Seconds: doubled each time, less up to a half by chance, so that many do not come at once."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2**tried)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # not for secrets


def retry_after(response: httpx.Response) -> float | None:
    """The header in seconds from now, be it a number or a moment."""
    said = response.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def checked_address(base_url: str) -> str:
    """Of the site, with or without `/api/v1`. Warns where the key would travel unencrypted."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise ValueError("The address of the server looks like https://radiographs.example")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        warnings.warn(
            f"{parts.hostname} is asked over http: key and radiographs travel unencrypted.",
            UnencryptedAddress,
            stacklevel=4,
        )
    path = parts.path.rstrip("/").removesuffix("/api/v1")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success or response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    raise kind_of(response.status_code)(
        response.status_code,
        _problems(response),
        request_id=response.headers.get("X-Request-ID", ""),
        retry_after=retry_after(response),
    )


def _problems(response: httpx.Response) -> list[Problem]:
    """What the API says, or what can be said where a proxy answered in its place."""
    if response.is_redirect:
        to = urlsplit(response.headers.get("Location", ""))
        where = f"{to.scheme}://{to.netloc}" if to.netloc else "another address"
        said = f"The server sends requests on to {where}; the key is not sent after them."
        return [Problem("redirected", said)]
    try:
        told = [
            Problem(str(one["code"]), str(one["detail"]), one.get("attr"))
            for one in response.json()["errors"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        told = []
    code = response.status_code
    return told or [
        Problem(f"http_{code}", f"The server answered {response.reason_phrase or code}.")
    ]


def json_of(response: httpx.Response) -> Any:
    """The body. Raises UnexpectedAnswer for what is no JSON."""
    try:
        return response.json()
    except ValueError:
        raise UnexpectedAnswer(
            "The answer is no JSON: is this the address of the platform?"
        ) from None
