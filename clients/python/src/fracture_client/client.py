"""The client: one method for each thing that can be asked of the platform."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from fracture_client.errors import FractureError, UnexpectedAnswer
from fracture_client.files import Source, content_key
from fracture_client.parsing import record
from fracture_client.records import (
    Analyses,
    Case,
    CaseSummary,
    Me,
    Model,
    Radiograph,
    Reads,
    Submitted,
)
from fracture_client.transport import Transport, json_of, retry_after

ASK_AGAIN_SECONDS = 2.0
Id = str | UUID


class NotFinished(FractureError):
    """The time that was given is over; `case` is as it stood then, and goes on."""

    def __init__(self, case: Case, seconds: float) -> None:
        self.case = case
        super().__init__(f"The case {case.id} is still {case.status} after {seconds:g} s.")


class Client:
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

    def submit(  # noqa: PLR0913  # the fields of a case, by name
        self,
        files: Sequence[Source],
        *,
        patient_reference: str,
        photographs: Sequence[Source] = (),
        views: Sequence[str] = (),
        age_years: int | None = None,
        sex: str = "",
        body_region: str = "",
        side: str = "",
        clinical_question: str = "",
        priority: str = "routine",
        reading_deadline: datetime | None = None,
        reading_organization: Id | None = None,
        accession: str = "",
        order: str = "",
        study_uid: str = "",
        idempotency_key: str | None = None,
    ) -> Submitted:
        """A new case of radiographs (paths, or bytes), queued for analysis. Names of files are not
        sent.

        Without an `idempotency_key` one is made from these fields and the bytes, so that neither a
        retry nor the same call in another process makes a second case: it returns the first, with
        `replayed`. The server remembers keys for 24 hours. To have the same content twice on
        purpose, give keys of your own.
        """
        if isinstance(files, str | bytes | PathLike):
            raise TypeError("Give a list of files, even for one.")
        given: dict[str, object] = {
            "patient_reference": patient_reference,
            "age_years": age_years,
            "sex": sex,
            "body_region": body_region,
            "side": side,
            "clinical_question": clinical_question,
            "priority": priority,
            "reading_deadline": _moment(reading_deadline),
            "reading_organization": reading_organization,
            "accession": accession,
            "order": order,
            "study_uid": study_uid,
        }
        fields: dict[str, str | list[str]] = {
            name: str(value) for name, value in given.items() if value not in (None, "")
        }
        if views:
            fields["views"] = list(views)
        parts = {"radiographs": files, "photographs": photographs}
        key = idempotency_key or content_key(fields, parts)
        response = self._transport.submit("cases/", fields, parts, key=key)
        replayed = response.headers.get("Idempotency-Replayed") == "true"
        told = {**json_of(response), "idempotency_key": key, "replayed": replayed}
        return record(Submitted, told)

    def wait(self, case_id: Id, timeout: float = 300) -> Case:
        """The case once none of its analyses waits or runs; it may have failed, see `status`.

        Asks as often as the server says, and is sent the case only when it has changed. Raises
        NotFinished after `timeout` seconds.
        """
        until = time.monotonic() + timeout
        case, tag = None, ""
        while True:
            headers = {"If-None-Match": tag} if tag else {}
            response = self._transport.get(f"cases/{_id(case_id)}/", headers=headers)
            if case is None or response.status_code != 304:
                case, tag = record(Case, json_of(response)), response.headers.get("ETag", "")
            if case.is_finished:
                return case
            left = until - time.monotonic()
            if left <= 0:
                raise NotFinished(case, timeout)
            self.pause(min(left, retry_after(response) or ASK_AGAIN_SECONDS))

    def case(self, case_id: Id) -> Case:
        return record(Case, json_of(self._transport.get(f"cases/{_id(case_id)}/")))

    def cases(
        self,
        *,
        level: str | None = None,
        status: str | None = None,
        region: str | None = None,
        priority: str | None = None,
        read: bool | None = None,
        patient_reference: str | None = None,
        external_id: str | None = None,
        received_from: datetime | None = None,
        received_before: datetime | None = None,
        page_size: int = 100,
    ) -> Iterator[CaseSummary]:
        """Those that your organization submitted or reads, the newest first, page by page as they
        are asked for. A filter by level finds no case whose answer is withheld."""
        given = {
            "level": level,
            "status": status,
            "region": region,
            "priority": priority,
            "read": None if read is None else str(read).lower(),
            "patient_reference": patient_reference,
            "external_id": external_id,
            "received_from": _moment(received_from),
            "received_before": _moment(received_before),
            "page_size": str(page_size),
        }
        return self._pages({name: value for name, value in given.items() if value is not None})

    def _pages(self, params: dict[str, str]) -> Iterator[CaseSummary]:
        while True:
            page = json_of(self._transport.get("cases/", params))
            try:
                rows, following = page["results"], page["next"]
            except (KeyError, TypeError):
                raise UnexpectedAnswer("The answer is no page of cases.") from None
            yield from (record(CaseSummary, row) for row in rows)
            if following is None:
                return
            # The place alone: what the server thinks its own address is does not matter.
            params = {**params, "cursor": parse_qs(urlsplit(following).query)["cursor"][0]}

    def radiographs(self, case_id: Id) -> tuple[Radiograph, ...]:
        """Those of a case in their order, withdrawn ones too."""
        return self.case(case_id).radiographs

    def analyses(self, case_id: Id) -> Analyses:
        """Every clinical analysis of a case."""
        return record(Analyses, json_of(self._transport.get(f"cases/{_id(case_id)}/analyses/")))

    def reads(self, case_id: Id) -> Reads:
        """What clinicians concluded."""
        return record(Reads, json_of(self._transport.get(f"cases/{_id(case_id)}/reads/")))

    def model(self, model_id: Id | None = None) -> Model:
        """A model version by its id, or the one that is asked now (NotFound without one)."""
        which = "active" if model_id is None else _id(model_id)
        return record(Model, json_of(self._transport.get(f"models/{which}/")))

    def me(self) -> Me:
        """Who the key is here; works with any key that is valid."""
        return record(Me, json_of(self._transport.get("me/")))

    def cancel(self, case_id: Id) -> Case:
        """Take the queued analyses of a case out of the queue; what runs goes on. Never retried."""
        return record(Case, json_of(self._transport.post(f"cases/{_id(case_id)}/cancel/", {})))

    def rerun(self, case_id: Id, radiograph_id: Id | None = None) -> Case:
        """Ask the active model again, about one radiograph or about all. Never retried."""
        body = {} if radiograph_id is None else {"radiograph": _id(radiograph_id)}
        return record(Case, json_of(self._transport.post(f"cases/{_id(case_id)}/rerun/", body)))

    def download(
        self, radiograph_id: Id, to: str | PathLike[str], *, rendition: str = "canonical"
    ) -> Path:
        """An image of a radiograph: `original`, `canonical` (8 bit PNG, what is analysed), `deep`
        (16 bit, where there is one) or `thumbnail`. Who was sent it is recorded there."""
        return self._saved(f"radiographs/{_id(radiograph_id)}/{rendition}/", Path(to))

    def download_heatmap(self, analysis_id: Id, to: str | PathLike[str]) -> Path:
        """A transparent PNG of the radiograph's shape. NotFound where an analysis has none."""
        return self._saved(f"analyses/{_id(analysis_id)}/heatmap/", Path(to))

    def _saved(self, address: str, to: Path) -> Path:
        """Whole or not at all."""
        part = to.with_name(f"{to.name}.part")
        part.write_bytes(self._transport.get(address).content)
        return part.replace(to)


def _id(given: Id) -> str:
    """An id and nothing else goes into an address."""
    return str(given if isinstance(given, UUID) else UUID(given))


def _moment(given: datetime | None) -> str | None:
    """The same words for the same moment, in whatever zone; without one it is local time."""
    return None if given is None else given.astimezone(UTC).isoformat()
