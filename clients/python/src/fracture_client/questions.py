"""What can be asked without changing anything; all of it is tried again where that helps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from os import PathLike
from pathlib import Path

from fracture_client.errors import FractureError
from fracture_client.paging import pages
from fracture_client.parsing import record
from fracture_client.records import (
    Analyses,
    Case,
    CaseSummary,
    Me,
    Model,
    Radiograph,
    Reads,
    Usage,
)
from fracture_client.transport import Transport, json_of, retry_after
from fracture_client.values import Id, id_of, moment

ASK_AGAIN_SECONDS = 2.0


class NotFinished(FractureError):
    """The time that was given is over; `case` is as it stood then, and goes on."""

    def __init__(self, case: Case, seconds: float) -> None:
        self.case = case
        super().__init__(f"The case {case.id} is still {case.status} after {seconds:g} s.")


class Questions:
    """The half of a Client that only looks."""

    pause: Callable[[float], None]
    _transport: Transport

    def wait(self, case_id: Id, timeout: float = 300) -> Case:
        """The case once none of its analyses waits or runs; it may have failed, see `status`.

        Asks as often as the server says, and is sent the case only when it has changed. Raises
        NotFinished after `timeout` seconds.
        """
        address = _case(case_id)
        until = time.monotonic() + timeout
        case, tag = None, ""
        while True:
            headers = {"If-None-Match": tag} if tag else {}
            response = self._transport.get(address, headers=headers)
            if case is None or response.status_code != 304:
                case, tag = record(Case, json_of(response)), response.headers.get("ETag", "")
            if case.is_finished:
                return case
            left = until - time.monotonic()
            if left <= 0:
                raise NotFinished(case, timeout)
            self.pause(min(left, retry_after(response) or ASK_AGAIN_SECONDS))

    def case(self, case_id: Id) -> Case:
        return record(Case, json_of(self._transport.get(_case(case_id))))

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
        changed_from: datetime | None = None,
        page_size: int = 100,
    ) -> Iterator[CaseSummary]:
        """Those that your organization submitted or reads, the newest first, page by page as they
        are asked for. A filter by level finds no case whose answer is withheld. To keep up with
        what happens give `changed_from`: the latest `changed_at` that you have seen."""
        given = {
            "level": level,
            "status": status,
            "region": region,
            "priority": priority,
            "read": None if read is None else str(read).lower(),
            "patient_reference": patient_reference,
            "external_id": external_id,
            "received_from": moment(received_from, "received_from"),
            "received_before": moment(received_before, "received_before"),
            "changed_from": moment(changed_from, "changed_from"),
            "page_size": str(page_size),
        }
        return pages(self._transport, "cases/", CaseSummary, given)

    def radiographs(self, case_id: Id) -> tuple[Radiograph, ...]:
        """Those of a case in their order, withdrawn ones too."""
        return self.case(case_id).radiographs

    def analyses(self, case_id: Id) -> Analyses:
        """Every clinical analysis of a case."""
        return record(Analyses, json_of(self._transport.get(f"{_case(case_id)}analyses/")))

    def reads(self, case_id: Id) -> Reads:
        """What clinicians concluded."""
        return record(Reads, json_of(self._transport.get(f"{_case(case_id)}reads/")))

    def model(self, model_id: Id | None = None) -> Model:
        """A model version by its id, or the one that is asked now (NotFound without one)."""
        which = "active" if model_id is None else id_of(model_id, "a model version")
        return record(Model, json_of(self._transport.get(f"models/{which}/")))

    def me(self) -> Me:
        """Who the key is here; works with any key that is valid."""
        return record(Me, json_of(self._transport.get("me/")))

    def usage(self) -> Usage:
        """How much may be asked and sent, and what is used of it; works with any key."""
        return record(Usage, json_of(self._transport.get("usage/")))

    def download(
        self, radiograph_id: Id, to: str | PathLike[str], *, rendition: str = "canonical"
    ) -> Path:
        """An image of a radiograph: `original`, `canonical` (8 bit PNG, what is analysed), `deep`
        (16 bit, where there is one) or `thumbnail`. Who was sent it is recorded there. The file is
        there whole or not at all."""
        which = id_of(radiograph_id, "a radiograph")
        if not rendition.isalpha():
            raise ValueError(f"{rendition!r} is no rendition: original, canonical, deep, thumbnail")
        return self._transport.save(f"radiographs/{which}/{rendition}/", Path(to))

    def download_heatmap(self, analysis_id: Id, to: str | PathLike[str]) -> Path:
        """A transparent PNG of the radiograph's shape. NotFound where an analysis has none."""
        which = id_of(analysis_id, "an analysis")
        return self._transport.save(f"analyses/{which}/heatmap/", Path(to))


def _case(case_id: Id) -> str:
    return f"cases/{id_of(case_id, 'a case')}/"
