"""`submit-folder`: send all, then wait for all, and write a CSV whatever happens."""

import argparse
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from fracture_client.cli import table
from fracture_client.cli.connecting import client
from fracture_client.cli.journal import Journal
from fracture_client.cli.table import Row
from fracture_client.cli.units import Unit, units
from fracture_client.client import Client
from fracture_client.errors import (
    ApiError,
    ConnectionFailed,
    FractureError,
    Problem,
    Refused,
    Throttled,
    UnexpectedAnswer,
)
from fracture_client.questions import NotFinished

_CODES: dict[type[Exception], str] = {
    ConnectionFailed: "connection_failed",
    UnexpectedAnswer: "unexpected_answer",
}
SAME_AGAIN = ("case_per_folder", "reference", "priority", "body_region", "side")
"""Options that make another submission of the same files: what was sent is not sent again."""
LOOK_EVERY = 15.0
ROOM_AGAIN = 30.0


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


class Run:
    """One run over a folder. What is done is in the journal; `rows` is what the CSV is made of."""

    def __init__(self, api: Client, journal: Journal, options: argparse.Namespace) -> None:
        self._api, self._journal, self._options = api, journal, options
        self._moved = time.monotonic()
        self.rows: dict[tuple[str, ...], list[Row]] = {}
        self.disclaimer = ""

    def send(self, unit: Unit) -> None:
        """Unless an earlier run did, or the same bytes were refused then."""
        try:
            known = self._journal.of(unit.id)
            if not known:
                self._submit(unit)
            elif "refused" in known:
                problems = [Problem(**one) for one in known["refused"]]
                self._now(unit, table.refused(unit, problems))
        except (FractureError, OSError) as error:
            self._now(unit, _failed(unit, error))

    def _submit(self, unit: Unit) -> None:
        try:
            case = self._taken(unit)
        except Refused as error:
            if table.about_files(error.problems):
                self._journal.note(unit.id, refused=[asdict(one) for one in error.problems])
            self._now(unit, table.refused(unit, error.problems))
        else:
            self._journal.note(unit.id, case=case)
            self._moved = time.monotonic()

    def _taken(self, unit: Unit) -> str:
        """The id of its case, once the server has room for it."""
        asked = self._options
        while True:
            try:
                return self._api.submit(
                    unit.paths,
                    patient_reference=unit.reference(asked.reference),
                    priority=asked.priority,
                    body_region=asked.body_region,
                    side=asked.side,
                ).id
            except Throttled as error:
                if self._left() <= 0:
                    raise
                self._api.pause(error.retry_after or ROOM_AGAIN)

    def await_answer(self, unit: Unit) -> None:
        """For a unit that has a case."""
        known = self._journal.of(unit.id)
        if "rows" in known:
            self._now(unit, [Row(**one) for one in known["rows"]])
            return
        case_id = known["case"]
        try:
            self._finish(unit, case_id)
        except NotFinished as error:
            said = "No answer yet: run the same command again later."
            status = error.case.status
            self._now(unit, table.failed(unit, "not_finished", said, case=case_id, status=status))
        except (FractureError, OSError) as error:
            self._now(unit, _failed(unit, error, case=case_id))

    def _finish(self, unit: Unit, case_id: str) -> None:
        while True:
            try:
                case = self._api.wait(case_id, timeout=max(0.0, min(LOOK_EVERY, self._left())))
                break
            except NotFinished:
                if self._left() <= 0:
                    raise
        self._moved = time.monotonic()
        self.disclaimer = case.disclaimer
        rows = table.answered(unit, case, self._api.analyses(case_id).results)
        if not case.withheld:
            self._journal.note(unit.id, rows=[asdict(row) for row in rows])
        self._now(unit, rows)

    def has_case(self, unit: Unit) -> bool:
        return unit.names not in self.rows and "case" in self._journal.of(unit.id)

    def _left(self) -> float:
        """Seconds of patience: they begin anew whenever something is taken or answered."""
        return self._moved + float(self._options.timeout) - time.monotonic()

    def _now(self, unit: Unit, rows: list[Row]) -> None:
        self.rows[unit.names] = rows


def _failed(unit: Unit, error: Exception, case: str = "") -> list[Row]:
    if isinstance(error, ApiError):
        return table.failed(unit, error.code, error.detail, case=case)
    return table.failed(unit, _CODES.get(type(error), "unreadable"), str(error), case=case)


def submit_folder(options: argparse.Namespace) -> int:
    """The exit status. Raises KeyboardInterrupt once the CSV says how far it came."""
    todo = units(options.folder, per_folder=options.case_per_folder)
    stop = threading.Event()

    def pause(seconds: float) -> None:
        if stop.wait(seconds):
            raise Stopped

    with client(options, pause) as api:
        me = api.me()
        about = {
            "journal": 1,
            "server": api.base_url,
            "organization": me.organization and me.organization.id,
            **{name: getattr(options, name) for name in SAME_AGAIN},
        }
        beside = options.out.with_name(f"{options.out.name}.journal")
        with Journal(beside, **about) as journal:
            run = Run(api, journal, options)
            try:
                _each(run.send, todo, "sent", stop, options.parallel)
                waiting = [unit for unit in todo if run.has_case(unit)]
                _each(run.await_answer, waiting, "answered", stop, options.parallel)
            finally:
                rows = [row for unit in todo for row in _rows(run, journal, unit)]
                table.write(options.out, rows)
    return _summary(options.out, rows, run.disclaimer)


def _each(
    work: Callable[[Unit], None],
    todo: Sequence[Unit],
    said: str,
    stop: threading.Event,
    parallel: int,
) -> None:
    """So many at a time. After Ctrl-C what is on its way comes to an end, and nothing begins."""
    with ThreadPoolExecutor(parallel) as pool:
        futures = [pool.submit(work, unit) for unit in todo]
        try:
            done = as_completed(futures)
            for future in tqdm(done, desc=said, total=len(todo), unit="case", disable=None):
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _rows(run: Run, journal: Journal, unit: Unit) -> list[Row]:
    """What became of it, or how far it came before the run was interrupted."""
    if unit.names in run.rows:
        return run.rows[unit.names]
    try:
        known = journal.of(unit.id)
    except OSError:
        known = {}
    if "rows" in known:
        return [Row(**one) for one in known["rows"]]
    said = "The run was interrupted: run the same command again."
    return table.failed(unit, "interrupted", said, case=known.get("case", ""))


def _summary(out: Path, rows: Sequence[Row], disclaimer: str) -> int:
    missing = sum(bool(row.error_code) for row in rows)
    withheld = sum(row.is_withheld for row in rows)
    told = [f"{len(rows)} files", f"{len(rows) - missing - withheld} answered"]
    told += [f"{withheld} withheld"] if withheld else []
    print(f"{', '.join(told)}, {missing} not: {out}")
    if disclaimer:
        print(disclaimer)
    if withheld:
        print("Withheld: clinicians look first. Run the same command again later.", file=sys.stderr)
    if missing:
        print("error_code and error in the CSV say why.", file=sys.stderr)
    return 1 if missing else 0
