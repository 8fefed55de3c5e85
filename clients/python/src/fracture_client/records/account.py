"""Who the key is, and how much it may ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fracture_client.records.cases import Organization


@dataclass(frozen=True)
class Key:
    """The key that was sent, without its secret."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True)
class Me:
    """Who the key is on this server, and who may be asked to read what it submits."""

    name: str
    organization: Organization | None
    key: Key | None
    reading_organizations: tuple[Organization, ...]


@dataclass(frozen=True)
class RequestLimit:
    """Requests in a minute, of a `key` or an `organization`. `used` and `resets_in` (seconds) are
    None while the server cannot count them."""

    name: str
    limit: int
    used: int | None
    resets_in: int | None


@dataclass(frozen=True)
class Unfinished:
    """Analyses that wait or run, of the cases that your organization submitted."""

    limit: int
    used: int


@dataclass(frozen=True)
class UploadLimits:
    """What one submission may hold."""

    max_files: int
    max_file_bytes: int
    max_request_bytes: int
    max_pixels: int


@dataclass(frozen=True)
class Usage:
    """The limits, and what is used of them."""

    requests_per_minute: tuple[RequestLimit, ...]
    unfinished_analyses: Unfinished | None
    submission: UploadLimits
