"""The figures of a survey as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FEW_PAIRS = 20


def as_markdown(found: Mapping[str, Any]) -> str:
    """The page; counts by class, doubles, box sizes, names of the sheets."""
    names = list(found["class_names"])
    parts = ["# Data report\n", f"Fingerprint of the data: `{found['fingerprint']}`\n"]
    groups = found["groups"]
    parts.append(
        f"{groups['groups']} groups, the median of {groups['median']} images, "
        f"the largest of {groups['largest']}.\n"
    )
    for title, table in found["counts"].items():
        rows = [[row, *counts, sum(counts)] for row, counts in table.items()]
        parts += [f"## {title[0].upper()}{title[1:]}\n", _table(["", *names, "sum"], rows)]
    parts += ["## Images that look like copies\n", _doubles(found["doubles"])]
    if found["box_sizes"]:
        parts.append("## Sizes of the outlined fractures\n")
        for title, row in found["box_sizes"].items():
            parts.append(_table([title, ""], list(row.items())))
    parts.append("## Sheets\n")
    parts += [f"- {name}: {len(files)} ({files[0]} ...)" for name, files in found["sheets"].items()]
    return "\n".join(parts) + "\n"


def _doubles(found: Mapping[str, Any]) -> str:
    said = (
        f"{found['pairs']} pairs correlate by {found['correlation']} or more: "
        f"{found['across_folds']} of them lie in two folds, "
        f"{found['of_two_labels']} carry two labels.\n"
    )
    rows = [
        [pair["one"], pair["other"], pair["correlation"], pair["labels"], pair["folds"]]
        for pair in (found["pairs_across_folds"] + found["pairs_of_two_labels"])[:FEW_PAIRS]
    ]
    heads = ["one", "other", "correlation", "labels", "folds"]
    return f"{said}\n{_table(heads, rows)}" if rows else said


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(_cell(value) for value in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return " / ".join(str(v) for v in value) if isinstance(value, tuple | list) else str(value)
