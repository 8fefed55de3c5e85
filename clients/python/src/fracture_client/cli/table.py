"""The CSV: a line for each file, whatever became of it."""

import csv
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from fracture_client.cli.units import Unit
from fracture_client.errors import Problem
from fracture_client.records import WITHHELD, Analysis, Case, Radiograph

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """`statement` belongs to every level that is shown; `error` says in a sentence what
    `error_code` says in a word. The level is `withheld` while clinicians look first."""

    file: str
    case: str = ""
    radiograph: str = ""
    status: str = ""
    level: str = ""
    probability: float | None = None
    model: str = ""
    statement: str = ""
    error_code: str = ""
    error: str = ""

    @property
    def is_withheld(self) -> bool:
        return self.level == WITHHELD


def answered(unit: Unit, case: Case, analyses: Iterable[Analysis]) -> list[Row]:
    """The rows of a case that has its answer; files are found again by the sum of their bytes."""
    by_sum = {one.sha256: one for one in case.radiographs}
    by_id = {one.id: one for one in analyses}
    return [
        _answered(name, case, by_sum.get(total), by_id)
        for name, total in zip(unit.names, unit.sums, strict=True)
    ]


def _answered(
    name: str, case: Case, radiograph: Radiograph | None, by_id: dict[str, Analysis]
) -> Row:
    if radiograph is None:
        said = "The case holds no radiograph of these bytes."
        return Row(name, case.id, status=case.status, error_code="not_in_case", error=said)
    answer = radiograph.answer
    analysis = by_id.get(answer.analysis or "")
    code, said = _failure(answer.kind, answer.statement, analysis)
    return Row(
        file=name,
        case=case.id,
        radiograph=radiograph.id,
        status=case.status,
        level=WITHHELD if answer.kind == WITHHELD else answer.level,
        probability=answer.probability,
        model=f"{analysis.model.name} {analysis.model.version}" if analysis else "",
        statement=f"{answer.statement} {answer.note}".strip(),
        error_code=code,
        error=said,
    )


def _failure(kind: str, statement: str, analysis: Analysis | None) -> tuple[str, str]:
    if kind == "failed" and analysis and analysis.error:
        return analysis.error.code, analysis.error.message
    return (kind, statement) if kind in {"failed", "cancelled"} else ("", "")


def refused(unit: Unit, problems: Iterable[Problem]) -> list[Row]:
    """A case is stored whole or not at all: one bad file keeps the others of its case out."""
    told = list(problems)
    own = {one.attr: one for one in told}
    rows = []
    for place, name in enumerate(unit.names):
        one = own.get(f"radiographs.{place}")
        if one is None and about_files(told):
            one = Problem("other_file_refused", "Another file of this case was refused.")
        one = one or told[0]
        rows.append(Row(name, status="refused", error_code=one.code, error=one.detail))
    return rows


def about_files(problems: Iterable[Problem]) -> bool:
    """Whether single files were refused: the same bytes will be refused again."""
    return any((one.attr or "").startswith("radiographs.") for one in problems)


def failed(unit: Unit, code: str, said: str, *, case: str = "", status: str = "") -> list[Row]:
    """Not answered for now; another run tries again."""
    return [Row(name, case=case, status=status, error_code=code, error=said) for name in unit.names]


def write(path: Path, rows: Iterable[Row]) -> None:
    """Whole or not at all: a spreadsheet never opens half a table."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        table = csv.writer(file)
        table.writerow(one.name for one in fields(Row))
        table.writerows([_harmless(cell) for cell in asdict(row).values()] for row in rows)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _harmless(cell: str | float | None) -> str | float | None:
    """A spreadsheet must not take the name of a file for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
