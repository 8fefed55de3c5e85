"""What can go wrong, each as an exception whose text is one sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class FractureError(Exception):
    """Everything that this package raises on purpose."""


class ConnectionFailed(FractureError):
    """The server was not reached, or the connection broke off. A submission with its
    Idempotency-Key may be sent again."""


class UnexpectedAnswer(FractureError):
    """What came is not what the API promises: another server, or a page in between."""


class BadWebhook(FractureError):
    """A webhook that was not signed with this secret, or too long ago. Answer it with 400."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `code` is stable; `attr` is the path of the field, if it is about
    one, such as `radiographs.0`."""

    code: str
    detail: str
    attr: str | None = None


class ApiError(FractureError):
    """The server refused, with an HTTP status. `code`, `detail` and `attr` are those of the first
    of `problems`; whoever runs the platform finds the request in its log by `request_id`."""

    def __init__(
        self,
        status: int,
        problems: Sequence[Problem],
        *,
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.problems = tuple(problems)
        self.code, self.detail, self.attr = problems[0].code, problems[0].detail, problems[0].attr
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds that the server wants to be left alone, if it said so."""
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        told = "; ".join(
            f"{one.attr}: {one.detail} ({one.code})" if one.attr else f"{one.detail} ({one.code})"
            for one in self.problems
        )
        named = f", request {self.request_id}" if self.request_id else ""
        return f"{told} [HTTP {self.status}{named}]"


class NotAllowed(ApiError):
    """401 or 403: the key is unknown, expired or revoked, or lacks the scope."""


class NotFound(ApiError):
    """404: nothing there that this key may see."""


class Conflict(ApiError):
    """409: not in the state in which this can be done."""


class Refused(ApiError):
    """400, 413, 415 or 422: what was sent is not taken; `problems` say why, field by field."""


class Throttled(ApiError):
    """429: too many requests, or too many unfinished analyses."""


class ServerBroken(ApiError):
    """5xx: something broke there."""


_KINDS: dict[int, type[ApiError]] = {
    **dict.fromkeys((401, 403), NotAllowed),
    **dict.fromkeys((400, 413, 415, 422), Refused),
    404: NotFound,
    409: Conflict,
    429: Throttled,
}


def kind_of(status: int) -> type[ApiError]:
    """The exception for an HTTP status."""
    return ServerBroken if status >= 500 else _KINDS.get(status, ApiError)
