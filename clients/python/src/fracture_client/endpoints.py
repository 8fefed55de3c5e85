"""Endpoints of webhooks over the API, for keys of the scope `admin`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fracture_client.paging import pages
from fracture_client.parsing import record
from fracture_client.records import Delivery, Endpoint, EndpointSecret
from fracture_client.transport import Transport, json_of
from fracture_client.values import Id, id_of, moment, words


@dataclass(frozen=True)
class _Endpoints:
    results: tuple[Endpoint, ...]


@dataclass(frozen=True)
class _Replayed:
    replayed: int


class Webhooks:
    """Where your organization is told what happens to its cases; `client.webhooks`.

    Nothing here that changes something is retried. Sent again after a broken connection, `create`
    makes a second endpoint: look at `list` first.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> tuple[Endpoint, ...]:
        """The oldest first."""
        return record(_Endpoints, json_of(self._transport.get("webhooks/"))).results

    def get(self, endpoint_id: Id) -> Endpoint:
        return record(Endpoint, json_of(self._transport.get(_endpoint(endpoint_id))))

    def create(
        self, url: str, event_types: Sequence[str], *, description: str = ""
    ) -> EndpointSecret:
        """A new endpoint, switched on. Its `secret` is told this once."""
        body = {
            "url": url,
            "event_types": words(event_types, "event_types"),
            "description": description,
        }
        return record(EndpointSecret, json_of(self._transport.post("webhooks/", body)))

    def change(
        self,
        endpoint_id: Id,
        *,
        url: str | None = None,
        event_types: Sequence[str] | None = None,
        description: str | None = None,
    ) -> Endpoint:
        """What is not given stays."""
        given = {
            "url": url,
            "event_types": None if event_types is None else words(event_types, "event_types"),
            "description": description,
        }
        body = {name: value for name, value in given.items() if value is not None}
        if not body:
            raise ValueError("There is nothing to change: give url, event_types or description.")
        return self._changed(endpoint_id, body)

    def switch_off(self, endpoint_id: Id) -> Endpoint:
        """Nothing is kept for it from now on; what waits is sent once it is on again."""
        return self._changed(endpoint_id, {"is_active": False})

    def switch_on(self, endpoint_id: Id) -> Endpoint:
        """What happened while it was off is not sent."""
        return self._changed(endpoint_id, {"is_active": True})

    def _changed(self, endpoint_id: Id, body: dict[str, Any]) -> Endpoint:
        return record(Endpoint, json_of(self._transport.patch(_endpoint(endpoint_id), body)))

    def remove(self, endpoint_id: Id) -> None:
        """For good, with what waits and the list of what was sent."""
        self._transport.delete(_endpoint(endpoint_id))

    def rotate_secret(self, endpoint_id: Id, *, at_once: bool = False) -> EndpointSecret:
        """A new secret, told this once. The one before signs as well for 24 hours, and until then
        there is no third (Conflict, `two_secrets`); `at_once` ends all earlier ones now."""
        path = f"{_endpoint(endpoint_id)}secret/"
        return record(EndpointSecret, json_of(self._transport.post(path, {"at_once": at_once})))

    def send_test(self, endpoint_id: Id) -> Delivery:
        """An event `webhook.test`; look among the deliveries for what came of it."""
        return self._delivery(f"{_endpoint(endpoint_id)}test/")

    def deliveries(
        self, endpoint_id: Id, *, status: str | None = None, page_size: int = 100
    ) -> Iterator[Delivery]:
        """What was sent, the newest first, page by page as they are asked for. `status` is
        `pending`, `delivered`, `failed` or `skipped`."""
        params = {"status": status, "page_size": str(page_size)}
        return pages(self._transport, f"{_endpoint(endpoint_id)}deliveries/", Delivery, params)

    def replay(self, delivery_id: Id) -> Delivery:
        """One event again under its own id, whether it was delivered or not."""
        return self._delivery(f"webhooks/deliveries/{id_of(delivery_id, 'a delivery')}/replay/")

    def replay_failed(self, endpoint_id: Id, since: datetime) -> int:
        """Everything again that failed of what happened since then, and at once what waits for its
        next attempt; how many events those are."""
        path = f"{_endpoint(endpoint_id)}replay/"
        told = json_of(self._transport.post(path, {"since": moment(since, "since")}))
        return record(_Replayed, told).replayed

    def _delivery(self, path: str) -> Delivery:
        return record(Delivery, json_of(self._transport.post(path, {})))


def _endpoint(endpoint_id: Id) -> str:
    return f"webhooks/{id_of(endpoint_id, 'an endpoint')}/"
