"""The table of treated radiographs is well-formed and speaks of radiographs that exist."""

import csv
from pathlib import Path

import pytest

import inference_worker.training

TABLE = Path(inference_worker.training.__file__).with_name("treated.csv")
FINDINGS = ("cast", "splint", "metalwork")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


def test_header_and_line_ends() -> None:
    content = TABLE.read_bytes()
    assert content.startswith(b"image_id,cast,splint,metalwork\n")
    assert content.endswith(b"\n")
    assert b"\r" not in content


def test_one_row_per_image_in_order(rows: list[dict[str, str]]) -> None:
    ids = [row["image_id"] for row in rows]
    assert ids == sorted(set(ids))


def test_every_row_has_a_finding_and_nothing_but_0_and_1(rows: list[dict[str, str]]) -> None:
    marks = {row["image_id"]: [row[name] for name in FINDINGS] for row in rows}
    assert all(set(row) == {"image_id", *FINDINGS} for row in rows)
    assert [name for name, mark in marks.items() if not set(mark) <= {"0", "1"}] == []
    assert [name for name, mark in marks.items() if "1" not in mark] == []


def test_counts_are_those_of_the_description(rows: list[dict[str, str]]) -> None:
    counts = {name: sum(row[name] == "1" for row in rows) for name in FINDINGS}
    assert counts == {"cast": 53, "splint": 108, "metalwork": 80}
    assert len(rows) == 228


def test_radiographs_exist(rows: list[dict[str, str]], fracatlas: Path) -> None:
    there = {path.name: path.parent.name for path in fracatlas.glob("images/*/*.jpg")}
    assert [row["image_id"] for row in rows if row["image_id"] not in there] == []
    fractured = sum(there[row["image_id"]] == "Fractured" for row in rows)
    assert (fractured, len(rows) - fractured) == (206, 22)


def test_published_metalwork_is_in_the_table(rows: list[dict[str, str]], fracatlas: Path) -> None:
    with (fracatlas / "dataset.csv").open(newline="") as file:
        published = {row["image_id"] for row in csv.DictReader(file) if row["hardware"] == "1"}
    ours = {row["image_id"] for row in rows if row["metalwork"] == "1"}
    assert published <= ours
    assert len(ours - published) == 7
