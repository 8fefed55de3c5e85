"""The client: one method for each thing that can be asked of the platform."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from fracture_client.changes import Changes
from fracture_client.endpoints import Webhooks
from fracture_client.questions import Questions
from fracture_client.transport import Transport


class Client(Questions, Changes):
    """The platform at `base_url`, as the organization of an API key sees it.

    `timeout` is in seconds, of each step of one request (connecting, sending, each wait). What is
    safe to send twice is tried up to `retries` more times when the connection fails or the server
    is busy (429, 502, 503, 504), after a pause that grows and is never shorter than `Retry-After`.
    `pause` waits for so many seconds. Safe to share between threads.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 60,
        retries: int = 4,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.pause = pause
        self._transport = Transport(base_url, key, timeout=timeout, retries=retries, pause=pause)
        self.base_url = self._transport.base_url
        self.webhooks = Webhooks(self._transport)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()
